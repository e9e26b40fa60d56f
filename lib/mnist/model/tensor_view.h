// Tensors as bytes in a safetensors file, and back: the only place that pairs Torch's element types
// with the format's. Thread-safe.
#pragma once

#include <torch/types.h>

#include "mnist/bytes/safetensors.h"

namespace mnist {

// A view of `tensor`'s own memory: contiguous, on the CPU, and alive as long as the view. Throws
// Error{kUnsupported} for an element type that the format lacks.
TensorView view_of(const torch::Tensor& tensor);

// A copy with the view's type and shape. Throws Error{kUnsupported} for a type that this project's
// files do not use.
torch::Tensor tensor_of(const TensorView& view);

}  // namespace mnist
