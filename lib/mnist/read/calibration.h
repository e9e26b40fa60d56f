// Making confidence mean what it says, and saying when there is nothing to be confident about.
#pragma once

#include <torch/types.h>

namespace mnist {

// The temperature T in [0.05, 20] for which softmax(logits / T) has the least negative
// log-likelihood of `labels` (Guo et al., 2017, arXiv:1706.04599). logits: float [N,10]; labels:
// int64 [N]; fit it on images that the network was not trained on. 1 for N = 0.
double fit_temperature(const torch::Tensor& logits, const torch::Tensor& labels);

// The probability that each image is a digit at all, with "not a digit" as an eleventh class of
// logit 0: sigmoid(logsumexp(logits)), the free energy of Liu et al., 2020 (arXiv:2010.03759).
// logits: float [N,10], before any temperature -> float [N]. Meaningful if the network was trained
// on images that are not digits (gradient/loss.h).
torch::Tensor acceptance_of(const torch::Tensor& logits);

// The acceptance below which an image is rejected as not a digit: the value that turns away `share`
// of these images, all of them digits that the network was not trained on, but at least 0.5 (below
// which "not a digit" is the likelier answer). acceptance: float [N]; 0.5 for N = 0.
double fit_acceptance_threshold(const torch::Tensor& acceptance, double share);

}  // namespace mnist
