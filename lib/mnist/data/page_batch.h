// Batches of drawn pages with what a page network should say about them. Thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include <torch/types.h>

#include "mnist/data/page_grid.h"
#include "mnist/draw/page.h"

namespace mnist {

// B pages of H x W pixels; h = H/4, w = W/4. On the CPU.
struct PageBatch {
  torch::Tensor levels;   // uint8 [B,1,H,W]
  torch::Tensor centres;  // float32 [B,kPageClasses,h,w]: 1 at a mark's centre, falling around it
  torch::Tensor counted;  // float32 [B,1,h,w]: 0 where a cell's centres do not count
  torch::Tensor small;    // float32 [B,1,h,w]: 1 where digits are too small for this scale
  torch::Tensor other;    // float32 [B,1,h,w]: 1 where there is writing that is not a digit
  torch::Tensor sizes;    // float32 [B,2,h,w]: log width, log height, at centres
  torch::Tensor ways;     // float32 [B,2,h,w]: to the centre of the mark that owns the ink
  torch::Tensor owned;    // float32 [B,1,h,w]: 1 where `ways` means something
  torch::Tensor ink;      // float32 [B,1,H,W] in [0,1]
  torch::Tensor inkable;  // float32 [B,1,H,W]: 0 where the ink's size is not learned

  std::int64_t size() const { return levels.size(0); }
};

// The pages at these indices of the endless sequence that `seed` names: each is a function only of
// the seed, its index and the options. Runs on Torch's threads.
PageBatch draw_page_batch(const PageOptions& options, std::uint64_t seed,
                          std::span<const std::int64_t> indices);

// The same, on `device`.
PageBatch on_device(const PageBatch& batch, torch::Device device);

}  // namespace mnist
