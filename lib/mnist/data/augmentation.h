// Batches of varied training images: augment_digit.h, for tensors. Thread-safe.
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "mnist/data/augment_digit.h"

namespace mnist {

// images: uint8 [N,1,28,28] on the CPU; rows: int64 [B], on the CPU -> uint8 [B,1,28,28] on the
// CPU: the rows of this epoch, varied. Runs on Torch's threads.
torch::Tensor augmented_images(const torch::Tensor& images, const torch::Tensor& rows,
                               const AugmentationOptions& options, std::uint64_t seed,
                               std::int64_t epoch);

}  // namespace mnist
