// Network(s) + labelled digits -> what the metrics are computed from.
#pragma once

#include <span>
#include <string>

#include <torch/types.h>

#include "mnist/data/digit_set.h"
#include "mnist/metrics/evaluation.h"
#include "mnist/model/model_file.h"

namespace mnist {

// Shows every image to every model; several models are an ensemble (read/ensemble.h). `seconds` in
// the result is the time of the networks only. Images that mean_thresholds() reject are marked as
// rejected. `models` must not be empty; their networks end up on `device`, in evaluation mode.
EvaluationInput evaluate_models(std::span<Model> models, const DigitSet& digits,
                                torch::Device device);

// "a.safetensors + b.safetensors"
std::string joined_paths(std::span<const Model> models);

}  // namespace mnist
