// Digits -> Predictions: the classifier, its calibration and the decision to trust it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <torch/types.h>

#include "mnist/digit/digit.h"
#include "mnist/digit/page.h"
#include "mnist/digit/prediction.h"
#include "mnist/model/model_file.h"
#include "mnist/read/ensemble.h"

namespace mnist {

struct PredictorOptions {
  torch::Device device = torch::kCPU;
  // Confidence below which a digit is rejected as unsure; if unset, the model's own threshold.
  std::optional<double> reject_below = std::nullopt;
  // false: a best guess for everything that has ink.
  bool reject = true;
};

class Predictor {
 public:
  explicit Predictor(Model model, const PredictorOptions& options = {});
  // Several are an ensemble (read/ensemble.h). Throws Error{kUsage} if there is none.
  explicit Predictor(std::vector<Model> models, const PredictorOptions& options = {});

  // One prediction per find, in order; an empty one for what is not a digit. All scales that show a
  // digit have a say, each weighted by its acceptance as one; what the page network took it for
  // counts towards its probabilities, and how sure it was towards its acceptance. Apart from the
  // result, memory does not grow with their number. Not thread-safe: one Predictor per thread, or
  // one caller at a time.
  std::vector<Prediction> predict(std::span<const Find> finds);

  std::span<const Model> models() const { return models_; }

 private:
  // Appends a prediction for each find.
  void predict_batch(std::span<const Find> finds, std::vector<Prediction>& predictions);
  Prediction decide(const Find& find, const MeanAnswer& answer) const;

  std::vector<Model> models_;
  RejectionThresholds thresholds_;
  PredictorOptions options_;
};

}  // namespace mnist
