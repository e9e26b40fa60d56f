#include "mnist/evaluate/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "mnist/predict/calibration.h"
#include "mnist/predict/inference.h"

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

EvaluationInput evaluate_models(std::span<Model> models, const DigitSet& digits,
                                torch::Device device) {
  EvaluationInput input;
  const auto start = std::chrono::steady_clock::now();
  torch::Tensor sum = torch::zeros({digits.size(), kClasses}, torch::kFloat64);
  torch::Tensor acceptance = torch::zeros({digits.size()}, torch::kFloat64);
  double reject_below = 0;
  double accept_above = 0;
  for (Model& model : models) {
    model.network->to(device);
    // Double precision: ten float32 probabilities sum to 1 only within 1e-7.
    const torch::Tensor logits =
        infer_logits(model.network, digits.images, device).to(torch::kFloat64);
    sum += (logits / model.temperature).softmax(1);
    acceptance += acceptance_of(logits);
    reject_below += model.reject_below;
    accept_above += model.accept_above;
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
  for (std::size_t i = 0; i < input.probabilities.size(); ++i) {
    const Probabilities& row = input.probabilities[i];
    input.rejected.push_back(*std::max_element(row.begin(), row.end()) < reject_below / count ||
                             acceptance.data_ptr<double>()[i] < accept_above / count);
  }
  return input;
}

}  // namespace mnist
