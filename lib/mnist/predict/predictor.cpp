#include "mnist/predict/predictor.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <utility>

#include "mnist/predict/calibration.h"

namespace mnist {
namespace {

constexpr std::size_t kBatch = 512;

bool is_blank(const NormalizedDigit& digit) { return digit.rejection == Rejection::kBlank; }

}  // namespace

Predictor::Predictor(Model model, const PredictorOptions& options)
    : model_(std::move(model)), options_(options) {
  model_.network->to(options_.device);
  model_.network->eval();
}

std::vector<Prediction> Predictor::predict(std::span<const NormalizedDigit> digits) {
  std::vector<Prediction> predictions;
  predictions.reserve(digits.size());
  while (!digits.empty()) {
    const std::span<const NormalizedDigit> batch = digits.first(std::min(kBatch, digits.size()));
    predict_batch(batch, predictions);
    digits = digits.subspan(batch.size());
  }
  return predictions;
}

void Predictor::predict_batch(std::span<const NormalizedDigit> digits,
                              std::vector<Prediction>& predictions) {
  const torch::InferenceMode inference;
  const auto count = static_cast<std::int64_t>(digits.size());
  torch::Tensor ink = torch::empty({count, 1, kDigitSide, kDigitSide});
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(ink.data_ptr<float>() + i * kDigitPixels, digits[i].digit.ink.data(),
                sizeof digits[i].digit.ink);
  }
  const torch::Tensor logits =
      model_.network->forward(ink.to(options_.device)).to(torch::kCPU, torch::kFloat32);
  // The eleventh class was trained with these logits: the temperature is for the ten alone.
  const torch::Tensor acceptance = acceptance_of(logits).contiguous();
  const torch::Tensor probabilities = (logits / model_.temperature).softmax(1).contiguous();
  for (std::int64_t i = 0; i < count; ++i) {
    predictions.push_back(decide(digits[i], probabilities.data_ptr<float>() + i * kClasses,
                                 acceptance.data_ptr<float>()[i]));
  }
}

Prediction Predictor::decide(const NormalizedDigit& digit, const float* probabilities,
                             double acceptance) const {
  Prediction prediction;
  if (is_blank(digit)) {
    prediction.rejection = Rejection::kBlank;
    return prediction;
  }
  std::copy_n(probabilities, kClasses, prediction.probabilities.begin());
  const auto best =
      std::max_element(prediction.probabilities.begin(), prediction.probabilities.end());
  prediction.digit = static_cast<int>(std::distance(prediction.probabilities.begin(), best));
  prediction.confidence = *best;
  prediction.acceptance = acceptance;
  if (!options_.reject) return prediction;
  if (digit.rejection) {
    prediction.rejection = digit.rejection;
  } else if (acceptance < model_.accept_above) {
    prediction.rejection = Rejection::kNotADigit;
  } else if (prediction.confidence < options_.reject_below.value_or(model_.reject_below)) {
    prediction.rejection = Rejection::kUnsure;
  }
  return prediction;
}

}  // namespace mnist
