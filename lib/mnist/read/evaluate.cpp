#include "mnist/read/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "mnist/read/calibration.h"
#include "mnist/read/inference.h"

namespace mnist {
namespace {

std::vector<Probabilities> rows_of(const torch::Tensor& probabilities) {
  std::vector<Probabilities> rows(probabilities.size(0));
  const double* row = probabilities.data_ptr<double>();
  for (Probabilities& target : rows) {
    std::copy_n(row, kClasses, target.begin());
    row += kClasses;
  }
  return rows;
}

}  // namespace

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

EvaluationInput evaluate_models(std::span<Model> models, const DigitSet& digits,
                                torch::Device device) {
  EvaluationInput input;
  const auto start = std::chrono::steady_clock::now();
  torch::Tensor sum = torch::zeros({digits.size(), kClasses}, torch::kFloat64);
  torch::Tensor acceptance = torch::zeros({digits.size()}, torch::kFloat64);
  for (Model& model : models) {
    model.network->to(device);
    // Double precision: ten float32 probabilities sum to 1 only within 1e-7.
    const torch::Tensor logits =
        infer_logits(model.network, digits.images, device).to(torch::kFloat64);
    sum += (logits / model.temperature).softmax(1);
    acceptance += acceptance_of(logits);
    input.model += (input.model.empty() ? "" : " + ") + model.path;
  }
  const auto count = static_cast<double>(models.size());
  sum /= count;
  acceptance /= count;
  input.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  input.data = digits.name;
  const std::int64_t* labels = digits.labels.data_ptr<std::int64_t>();
  input.labels.assign(labels, labels + digits.size());
  input.probabilities = rows_of(sum);
  const RejectionThresholds thresholds = mean_thresholds(models);
  for (std::size_t i = 0; i < input.probabilities.size(); ++i) {
    input.rejected.push_back(
        thresholds.reject(input.probabilities[i], acceptance.data_ptr<double>()[i]));
  }
  return input;
}

}  // namespace mnist
