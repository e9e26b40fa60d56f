// How wrong a page network is about drawn pages.
#pragma once

#include <torch/types.h>

#include "mnist/data/page_batch.h"
#include "mnist/model/page_network.h"

namespace mnist {

// Scalars, each a mean over the pages: the values for the parts of a batch add up to those of the
// batch. `total` is what is minimised, the others are its parts, for reports.
struct PageLoss {
  torch::Tensor total;
  torch::Tensor centres;  // focal (Law and Deng, 2018, arXiv:1808.01244, equation 1)
  torch::Tensor sizes;    // smooth L1, at centres
  torch::Tensor ways;     // smooth L1, of cells with ink
  torch::Tensor ink;      // cross-entropy, of pixels
  torch::Tensor small;    // cross-entropy, of cells
  torch::Tensor other;    // cross-entropy, of cells
};

// `maps` and `batch` on one device.
PageLoss page_loss(const PageMaps& maps, const PageBatch& batch);

}  // namespace mnist
