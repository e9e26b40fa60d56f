// Tensors as bytes of a safetensors file, and back: the one place that pairs element types of Torch
// with those of the format. Thread-safe.
#pragma once

#include <torch/types.h>

#include "mnist/bytes/safetensors.h"

namespace mnist {

// A view of `tensor`'s own memory: contiguous, on the CPU, and alive as long as the view. Throws
// Error{kUnsupported} for an element type that the format lacks.
TensorView view_of(const torch::Tensor& tensor);

// A copy of its own, of the view's type and shape. Throws Error{kUnsupported} for a type that no
// file of this project holds.
torch::Tensor tensor_of(const TensorView& view);

}  // namespace mnist
