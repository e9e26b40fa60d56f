// How wrong a page network is about drawn pages.
#pragma once

#include <torch/types.h>

#include "mnist/data/page_batch.h"
#include "mnist/model/page_network.h"

namespace mnist {

// Scalars; `total` is what is minimised, the others its parts as they are reported.
struct PageLoss {
  torch::Tensor total;
  torch::Tensor centres;  // focal, per mark (Law and Deng, 2018, arXiv:1808.01244, equation 1)
  torch::Tensor sizes;    // smooth L1, per mark
  torch::Tensor ways;     // smooth L1, per cell with ink
  torch::Tensor ink;      // cross-entropy, per pixel
  torch::Tensor small;    // cross-entropy, per cell
  torch::Tensor other;    // cross-entropy, per cell
};

// `maps` and `batch` on one device.
PageLoss page_loss(const PageMaps& maps, const PageBatch& batch);

}  // namespace mnist
