// Digits -> Predictions: the network, its calibration and the decision to trust it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <torch/types.h>

#include "mnist/digit/digit.h"
#include "mnist/digit/normalize.h"
#include "mnist/digit/prediction.h"
#include "mnist/model/model_file.h"

namespace mnist {

struct PredictorOptions {
  torch::Device device = torch::kCPU;
  // Confidence below which a digit is rejected as unsure; nothing takes the model's own threshold.
  std::optional<double> reject_below = std::nullopt;
  // false: a best guess for everything that has ink.
  bool reject = true;
};

class Predictor {
 public:
  explicit Predictor(Model model, const PredictorOptions& options = {});

  // One prediction per digit, in order. A digit that normalize() rejected as blank is not shown to
  // the network. Memory in use beside the result does not grow with their number. Not thread-safe:
  // one Predictor per thread, or one caller at a time.
  std::vector<Prediction> predict(std::span<const NormalizedDigit> digits);

  const Model& model() const { return model_; }

 private:
  // Appends a prediction for each digit.
  void predict_batch(std::span<const NormalizedDigit> digits, std::vector<Prediction>& predictions);
  Prediction decide(const NormalizedDigit& digit, const float* probabilities,
                    double acceptance) const;

  Model model_;
  PredictorOptions options_;
};

}  // namespace mnist
