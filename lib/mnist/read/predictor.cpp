#include "mnist/read/predictor.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/digit/tuning.h"

namespace mnist {
namespace {

constexpr std::size_t kBatch = 64;

// In steps, to hide the rounding of sums, which depends on the threads.
constexpr double kProbabilityStep = 1e-3;

// float32 [N,1,28,28]: find by find, the finest view first.
torch::Tensor views_of(std::span<const Find> finds) {
  std::int64_t count = 0;
  for (const Find& find : finds) count += static_cast<std::int64_t>(1 + find.coarser.size());
  torch::Tensor views = torch::empty({count, 1, kDigitSide, kDigitSide});
  auto* to = views.data_ptr<float>();
  const auto add = [&to](const Digit& digit) {
    to = std::copy(digit.ink.begin(), digit.ink.end(), to);
  };
  for (const Find& find : finds) {
    add(find.digit);
    std::for_each(find.coarser.begin(), find.coarser.end(), add);
  }
  return views;
}

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
  const torch::Tensor there = views_of(finds).to(options_.device);
  const Answers answers = mean_answers(models_, [&](Model& model) {
    return model.network->forward(there).to(torch::kCPU, torch::kFloat32);
  });
  std::int64_t first = 0;
  for (const Find& find : finds) {
    const auto views = static_cast<std::int64_t>(1 + find.coarser.size());
    predictions.push_back(decide(find, mean_answer(answers, first, views)));
    first += views;
  }
}

Prediction Predictor::decide(const Find& find, const MeanAnswer& answer) const {
  Prediction prediction;
  if (find.kind == FindKind::kUnreadable) prediction.rejection = Rejection::kUnsure;
  if (find.kind != FindKind::kDigit) return prediction;
  double sum = 0;
  for (int c = 0; c < kClasses; ++c) {
    prediction.probabilities[c] =
        answer.probabilities[c] *
        std::pow(std::max(1.0, std::round(find.first_look[c] / kProbabilityStep)),
                 kTuning.first_look);
    sum += prediction.probabilities[c];
  }
  if (!(sum > 0) || !std::isfinite(sum) ||
      !std::isfinite(answer.acceptance)) {  // a network gone wrong
    return {.rejection = Rejection::kNotADigit};
  }
  for (double& probability : prediction.probabilities) probability /= sum;
  const auto best =
      std::max_element(prediction.probabilities.begin(), prediction.probabilities.end());
  prediction.digit = static_cast<int>(std::distance(prediction.probabilities.begin(), best));
  prediction.confidence = *best;
  prediction.acceptance = answer.acceptance * find.score;
  if (!options_.reject) return prediction;
  if (prediction.acceptance < (find.score < 1 ? kTuning.likely_find : thresholds_.accept_above)) {
    prediction.rejection = Rejection::kNotADigit;
  } else if (prediction.confidence < thresholds_.reject_below) {
    prediction.rejection = Rejection::kUnsure;
  }
  return prediction;
}

}  // namespace mnist
