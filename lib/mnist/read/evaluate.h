// Network(s) + labelled digits -> what the metrics are computed from.
#pragma once

#include <span>

#include <torch/types.h>

#include "mnist/data/digit_set.h"
#include "mnist/metrics/evaluation.h"
#include "mnist/model/model_file.h"

namespace mnist {

// When an answer is not trusted.
struct RejectionThresholds {
  double reject_below = 0;  // of the highest probability
  double accept_above = 0;  // of the acceptance

  bool reject(const Probabilities& probabilities, double acceptance) const;
};

// For an ensemble, to judge its averaged answers by. `models` must not be empty.
RejectionThresholds mean_thresholds(std::span<const Model> models);

// Shows every image to every model; several models are an ensemble, whose calibrated probabilities
// and acceptances are averaged. `seconds` in the result is the time of the networks alone. Images
// that mean_thresholds() reject are marked as rejected.
// `models` must not be empty; their networks end up on `device`, in evaluation mode.
EvaluationInput evaluate_models(std::span<Model> models, const DigitSet& digits,
                                torch::Device device);

}  // namespace mnist
