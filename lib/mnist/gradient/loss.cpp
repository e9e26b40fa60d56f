#include "mnist/gradient/loss.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <torch/nn/functional/loss.h>

namespace mnist {

namespace F = torch::nn::functional;

torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                  const LossOptions& options) {
  if (!options.not_a_digit) {
    return F::cross_entropy(logits, labels,
                            F::CrossEntropyFuncOptions().label_smoothing(options.smoothing));
  }
  const torch::Tensor log_probabilities =
      torch::cat({logits, torch::zeros_like(logits.narrow(1, 0, 1))}, 1).log_softmax(1);
  const torch::Tensor of_label = -log_probabilities.gather(1, labels.unsqueeze(1)).squeeze(1);
  const torch::Tensor of_digits = -log_probabilities.narrow(1, 0, kClasses).mean(1);
  const torch::Tensor smoothing = (labels < kOutlierLabel).to(logits.dtype()) * options.smoothing;
  return ((1 - smoothing) * of_label + smoothing * of_digits).mean();
}

float classification_loss_backward(std::int64_t label, const LossOptions& options, float scale,
                                   float* logits) {
  // The eleventh class takes part with logit 0, or not at all.
  const float highest = std::max(options.not_a_digit ? 0.0F : logits[0],
                                 *std::max_element(logits, logits + kClasses));
  std::array<float, kClasses> power{};
  float total = options.not_a_digit ? std::exp(-highest) : 0.0F;
  float mean = 0;
  for (int c = 0; c < kClasses; ++c) {
    power[c] = std::exp(logits[c] - highest);
    total += power[c];
    mean += logits[c] / kClasses;
  }
  const float log_total = highest + std::log(total);
  const bool digit = label != kOutlierLabel;
  const float smoothing = digit ? static_cast<float>(options.smoothing) : 0.0F;
  const float target = digit ? logits[label] : 0.0F;
  const float loss = log_total - (1 - smoothing) * target - smoothing * mean;
  for (int c = 0; c < kClasses; ++c) {
    logits[c] = scale * (power[c] / total - smoothing / kClasses);
  }
  if (digit) logits[label] -= scale * (1 - smoothing);
  return loss;
}

}  // namespace mnist
