// Random variations of training images, so that a network learns what does not matter.
//
// Each variation is a function of the seed, the epoch and the image's row alone: neither batches
// nor threads nor processes change what is seen, and an interrupted run sees the same. No flips: a
// mirrored digit is no digit. Thread-safe.
#pragma once

#include <cstdint>

#include <torch/types.h>

namespace mnist {

// Each value is the largest change, drawn uniformly up to it in both directions; 0 leaves it out.
struct AugmentationOptions {
  double shift = 0.0;      // pixels, in x and y
  double rotation = 0.0;   // degrees
  double scale = 0.0;      // share of the size: 0.1 is 0.9 to 1.1, width and height apart
  double shear = 0.0;      // pixels of slant per pixel of height
  double thickness = 0.0;  // 1: from the neighbourhood's thinnest to its thickest, 3x3 pixels

  bool any() const { return shift > 0 || rotation > 0 || scale > 0 || shear > 0 || thickness > 0; }
};

// images: uint8 [N,1,28,28] on the CPU; rows: int64 [B], on the CPU -> ink, float32 [B,1,28,28] in
// [0,1]: the rows of this epoch, varied. Outside the image is paper.
torch::Tensor augmented_ink(const torch::Tensor& images, const torch::Tensor& rows,
                            const AugmentationOptions& options, std::uint64_t seed,
                            std::int64_t epoch);

}  // namespace mnist
