#include "mnist/read/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "mnist/read/ensemble.h"
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

std::string joined_paths(std::span<const Model> models) {
  std::string paths;
  for (const Model& model : models) paths += (paths.empty() ? "" : " + ") + model.path;
  return paths;
}

EvaluationInput evaluate_models(std::span<Model> models, const DigitSet& digits,
                                torch::Device device) {
  EvaluationInput input;
  input.model = joined_paths(models);
  const auto start = std::chrono::steady_clock::now();
  const Answers answers = mean_answers(models, [&](Model& model) {
    model.network->to(device);
    return infer_logits(model.network, digits.images, device);
  });
  input.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  input.data = digits.name;
  const std::int64_t* labels = digits.labels.data_ptr<std::int64_t>();
  input.labels.assign(labels, labels + digits.size());
  input.probabilities = rows_of(answers.probabilities);
  const RejectionThresholds thresholds = mean_thresholds(models);
  for (std::size_t i = 0; i < input.probabilities.size(); ++i) {
    input.rejected.push_back(
        thresholds.reject(input.probabilities[i], answers.acceptance.data_ptr<double>()[i]));
  }
  return input;
}

}  // namespace mnist
