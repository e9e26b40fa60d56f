// What networks say about images that they have not seen: each image is judged by a network trained
// on the folds that do not contain it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <torch/types.h>

#include "mnist/data/digit_set.h"
#include "mnist/metrics/calibration.h"
#include "mnist/train/config.h"

namespace mnist {

struct CrossValidationOptions {
  int folds = 5;
  torch::Device device = torch::kCPU;
  std::function<void(double done)> on_progress{};  // share of all steps, in [0,1]
  std::function<bool()> interrupted{};             // true ends it after the current step
};

// One entry per image of `digits` (labels 0 to 9): the calibrated probabilities. Each fold has its
// share of every class, a function of config.seed. `config` says which classifier learns, and how;
// its data section is not used, nor its early stopping, which would look at what is held out. Empty
// if interrupted. Throws Error{kUsage} for fewer than 2 folds, fewer images than folds or a
// training.start_from (that model may have seen the images), and what DigitTask and Trainer throw.
std::vector<Probabilities> cross_validated_probabilities(const RunConfig& config,
                                                         const DigitSet& digits,
                                                         const CrossValidationOptions& options);

}  // namespace mnist
