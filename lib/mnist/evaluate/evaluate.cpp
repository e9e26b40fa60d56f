#include "mnist/evaluate/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "mnist/predict/inference.h"

namespace mnist {
namespace {

// Double precision: ten float32 probabilities sum to 1 only within 1e-7.
torch::Tensor calibrated_probabilities(Model& model, const DigitSet& digits, torch::Device device) {
  return infer_logits(model.network, digits.images, device)
      .to(torch::kFloat64)
      .div_(model.temperature)
      .softmax(1);
}

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

EvaluationInput evaluate_models(std::span<Model> models, const DigitSet& digits,
                                torch::Device device) {
  EvaluationInput input;
  const auto start = std::chrono::steady_clock::now();
  torch::Tensor sum = torch::zeros({digits.size(), kClasses}, torch::kFloat64);
  double reject_below = 0;
  for (Model& model : models) {
    model.network->to(device);
    sum += calibrated_probabilities(model, digits, device);
    reject_below += model.reject_below;
    input.model += (input.model.empty() ? "" : " + ") + model.path;
  }
  sum /= static_cast<double>(models.size());
  reject_below /= static_cast<double>(models.size());
  input.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  input.data = digits.name;
  const std::int64_t* labels = digits.labels.data_ptr<std::int64_t>();
  input.labels.assign(labels, labels + digits.size());
  input.probabilities = rows_of(sum);
  for (const Probabilities& row : input.probabilities) {
    input.rejected.push_back(*std::max_element(row.begin(), row.end()) < reject_below);
  }
  return input;
}

}  // namespace mnist
