// The likelihood has one minimum in log T; golden-section search needs no derivative.
#include "mnist/read/calibration.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include <torch/nn/functional/loss.h>

namespace mnist {

double fit_temperature(const torch::Tensor& logits, const torch::Tensor& labels) {
  if (labels.size(0) == 0) return 1.0;
  const torch::InferenceMode inference;
  const torch::Tensor exact = logits.to(torch::kFloat64);
  const auto loss_at = [&](double log_temperature) {
    return torch::nn::functional::cross_entropy(exact / std::exp(log_temperature), labels)
        .item<double>();
  };
  constexpr double kShrink = 1 / std::numbers::phi;
  double low = std::log(0.05);
  double high = std::log(20.0);
  double left = high - kShrink * (high - low);
  double right = low + kShrink * (high - low);
  double left_loss = loss_at(left);
  double right_loss = loss_at(right);
  while (high - low > 1e-4) {
    if (left_loss < right_loss) {
      high = right;
      right = left;
      right_loss = left_loss;
      left = high - kShrink * (high - low);
      left_loss = loss_at(left);
    } else {
      low = left;
      left = right;
      left_loss = right_loss;
      right = low + kShrink * (high - low);
      right_loss = loss_at(right);
    }
  }
  return std::exp((low + high) / 2);
}

torch::Tensor acceptance_of(const torch::Tensor& logits) { return logits.logsumexp(1).sigmoid(); }

double fit_acceptance_threshold(const torch::Tensor& acceptance, double share) {
  const auto turned_away =
      static_cast<std::int64_t>(share * static_cast<double>(acceptance.size(0)));
  constexpr double kLikelier = 0.5;
  if (acceptance.size(0) == 0) return kLikelier;
  const torch::Tensor ascending = std::get<0>(acceptance.to(torch::kFloat64).sort());
  return std::max(kLikelier, ascending[turned_away].item<double>());
}

}  // namespace mnist
