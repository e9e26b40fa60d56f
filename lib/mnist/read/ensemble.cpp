#include "mnist/read/ensemble.h"

#include <algorithm>
#include <limits>

#include "mnist/read/calibration.h"

namespace mnist {

bool RejectionThresholds::reject(const Probabilities& probabilities, double acceptance) const {
  const double confidence = *std::max_element(probabilities.begin(), probabilities.end());
  return acceptance < accept_above || confidence < reject_below;
}

RejectionThresholds mean_thresholds(std::span<const Model> models) {
  RejectionThresholds sum;
  for (const Model& model : models) {
    sum.reject_below += model.reject_below;
    sum.accept_above += model.accept_above;
  }
  const auto count = static_cast<double>(models.size());
  return {.reject_below = sum.reject_below / count, .accept_above = sum.accept_above / count};
}

Answers mean_answers(std::span<Model> models,
                     const std::function<torch::Tensor(Model& model)>& logits_of) {
  Answers sum;
  for (Model& model : models) {
    // Double precision: ten float32 probabilities sum to 1 only within 1e-7.
    const torch::Tensor logits = logits_of(model).to(torch::kFloat64);
    const torch::Tensor probabilities = (logits / model.temperature).softmax(1);
    // The eleventh class was trained with these logits: the temperature is only for the ten.
    const torch::Tensor acceptance = acceptance_of(logits);
    sum.probabilities =
        sum.probabilities.defined() ? sum.probabilities + probabilities : probabilities;
    sum.acceptance = sum.acceptance.defined() ? sum.acceptance + acceptance : acceptance;
  }
  const auto count = static_cast<double>(models.size());
  return {.probabilities = (sum.probabilities / count).contiguous(),
          .acceptance = (sum.acceptance / count).contiguous()};
}

MeanAnswer mean_answer(const Answers& answers, std::int64_t first, std::int64_t views) {
  const double* probabilities = answers.probabilities.data_ptr<double>() + first * kClasses;
  const double* acceptance = answers.acceptance.data_ptr<double>() + first;
  MeanAnswer mean;
  double sum = 0;
  for (std::int64_t view = 0; view < views; ++view) {
    const double weight = std::max(acceptance[view], std::numeric_limits<double>::min());
    for (int c = 0; c < kClasses; ++c) {
      mean.probabilities[c] += weight * probabilities[view * kClasses + c];
    }
    mean.acceptance += weight * acceptance[view];
    sum += weight;
  }
  for (double& probability : mean.probabilities) probability /= sum;
  mean.acceptance /= sum;
  return mean;
}

}  // namespace mnist
