// Making confidence mean what it says.
#pragma once

#include <torch/types.h>

namespace mnist {

// The temperature T in [0.05, 20] for which softmax(logits / T) has the least negative
// log-likelihood of `labels` (Guo et al., 2017, arXiv:1706.04599). logits: float [N,10]; labels:
// int64 [N]; fit it on images that the network was not trained on. 1 for N = 0.
double fit_temperature(const torch::Tensor& logits, const torch::Tensor& labels);

}  // namespace mnist
