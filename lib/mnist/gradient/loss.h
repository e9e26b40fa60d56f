// The loss: cross-entropy with label smoothing, and optionally "not a digit" as an eleventh class
// whose logit is always 0.
//
// With that class, p(not a digit) = 1 / (1 + sum of exp(logit)): whether an image is a digit at all
// can then be read off the ten logits (read/predictor.h), and training on images that are not
// digits teaches it. Szegedy et al., 2016 (arXiv:1512.00567), section 7; Liu et al., "Energy-based
// out-of-distribution detection", 2020 (arXiv:2010.03759).
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "mnist/data/digit_set.h"

namespace mnist {

struct LossOptions {
  double smoothing = 0.0;  // share of a digit's target spread evenly over the ten digits
  bool not_a_digit =
      false;  // whether the eleventh class takes part; labels may then be kOutlierLabel
};

// The mean over the batch, as a scalar to differentiate. logits: float [N,10]; labels: int64 [N].
torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                  const LossOptions& options);

// One image by hand: returns its loss and replaces its ten logits by the loss's gradient, times
// `scale`.
float classification_loss_backward(std::int64_t label, const LossOptions& options, float scale,
                                   float* logits);

}  // namespace mnist
