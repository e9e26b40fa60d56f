#include "mnist/read/predictor.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/digit/tuning.h"

namespace mnist {
namespace {

constexpr std::size_t kBatch = 512;

// In steps, so that the rounding of sums, which threads decide, does not show.
constexpr double kProbabilityStep = 1e-3;

}  // namespace

Predictor::Predictor(Model model, const PredictorOptions& options)
    : Predictor(std::vector<Model>{std::move(model)}, options) {}

Predictor::Predictor(std::vector<Model> models, const PredictorOptions& options)
    : models_(std::move(models)), options_(options) {
  if (models_.empty()) throw Error(ErrorKind::kUsage, "no model to predict with");
  thresholds_ = mean_thresholds(models_);
  if (options_.reject_below) thresholds_.reject_below = *options_.reject_below;
  for (Model& model : models_) {
    model.network->to(options_.device);
    model.network->eval();
  }
}

std::vector<Prediction> Predictor::predict(std::span<const Find> finds) {
  std::vector<Prediction> predictions;
  predictions.reserve(finds.size());
  while (!finds.empty()) {
    const std::span<const Find> batch = finds.first(std::min(kBatch, finds.size()));
    predict_batch(batch, predictions);
    finds = finds.subspan(batch.size());
  }
  return predictions;
}

void Predictor::predict_batch(std::span<const Find> finds, std::vector<Prediction>& predictions) {
  const torch::InferenceMode inference;
  const auto count = static_cast<std::int64_t>(finds.size());
  torch::Tensor ink = torch::empty({count, 1, kDigitSide, kDigitSide});
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(ink.data_ptr<float>() + i * kDigitPixels, finds[i].digit.ink.data(),
                sizeof finds[i].digit.ink);
  }
  const torch::Tensor there = ink.to(options_.device);
  const Answers answers = mean_answers(models_, [&](Model& model) {
    return model.network->forward(there).to(torch::kCPU, torch::kFloat32);
  });
  for (std::int64_t i = 0; i < count; ++i) {
    predictions.push_back(decide(finds[i], answers.probabilities.data_ptr<double>() + i * kClasses,
                                 answers.acceptance.data_ptr<double>()[i]));
  }
}

Prediction Predictor::decide(const Find& find, const double* probabilities,
                             double acceptance) const {
  Prediction prediction;
  if (find.kind == FindKind::kUnreadable) prediction.rejection = Rejection::kUnsure;
  if (find.kind != FindKind::kDigit) return prediction;
  double sum = 0;
  for (int c = 0; c < kClasses; ++c) {
    prediction.probabilities[c] =
        probabilities[c] *
        std::pow(std::max(1.0, std::round(find.first_look[c] / kProbabilityStep)),
                 kTuning.first_look);
    sum += prediction.probabilities[c];
  }
  if (!(sum > 0) || !std::isfinite(sum) || !std::isfinite(acceptance)) {  // a network gone wrong
    return {.rejection = Rejection::kNotADigit};
  }
  for (double& probability : prediction.probabilities) probability /= sum;
  const auto best =
      std::max_element(prediction.probabilities.begin(), prediction.probabilities.end());
  prediction.digit = static_cast<int>(std::distance(prediction.probabilities.begin(), best));
  prediction.confidence = *best;
  prediction.acceptance = acceptance * find.score;
  if (!options_.reject) return prediction;
  if (prediction.acceptance < (find.score < 1 ? kTuning.likely_find : thresholds_.accept_above)) {
    prediction.rejection = Rejection::kNotADigit;
  } else if (prediction.confidence < thresholds_.reject_below) {
    prediction.rejection = Rejection::kUnsure;
  }
  return prediction;
}

}  // namespace mnist
