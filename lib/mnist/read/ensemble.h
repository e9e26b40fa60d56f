// One classifier or several: what they say about the same digits, calibrated and averaged.
#pragma once

#include <functional>
#include <span>

#include <torch/types.h>

#include "mnist/metrics/evaluation.h"
#include "mnist/model/model_file.h"

namespace mnist {

// When an answer is not trusted.
struct RejectionThresholds {
  double reject_below = 0;  // of the highest probability
  double accept_above = 0;  // of the acceptance

  bool reject(const Probabilities& probabilities, double acceptance) const;
};

// Those by which to judge an ensemble's averaged answers. `models` must not be empty.
RejectionThresholds mean_thresholds(std::span<const Model> models);

struct Answers {
  torch::Tensor probabilities;  // double [N,10], rows sum to 1
  torch::Tensor acceptance;     // double [N]: acceptance_of() (calibration.h)
};

// The mean over `models`, which must not be empty. `logits_of` shows the same N digits to the model
// that it is given: float [N,10], on the CPU, before any temperature.
Answers mean_answers(std::span<Model> models,
                     const std::function<torch::Tensor(Model& model)>& logits_of);

struct MeanAnswer {
  Probabilities probabilities{};  // sum to 1
  double acceptance = 0;
};

// What `views` rows of `answers`, from row `first`, say together as views of one digit: each is
// weighted by its acceptance as a digit. NaN if one of them is.
MeanAnswer mean_answer(const Answers& answers, std::int64_t first, std::int64_t views);

}  // namespace mnist
