// Which labels are probably wrong: confident learning (Northcutt, Jiang and Chuang, "Confident
// learning: estimating uncertainty in dataset labels", JAIR 70, 2021, sections 3.1 and 3.2).
// Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mnist/digit/digit.h"
#include "mnist/metrics/calibration.h"

namespace mnist {

struct LabelIssue {
  std::int64_t image = 0;  // counted from 0
  int label = 0;           // as it was given
  int suggested = 0;       // the most probable class
  double label_probability = 0;
  double suggested_probability = 0;
  // In the confident joint off its diagonal: the suggestion is at least as probable as its class is
  // on average among the images with that label.
  bool is_confident = false;

  // How much less probable the given label is than the suggestion, in [-1, 0).
  double margin() const { return label_probability - suggested_probability; }
};

// The images whose most probable class is not their label, the lowest margin first, the lower image
// first among equals. Each image's probabilities must come from a network that has not seen it, as
// in cross-validation; the better they are calibrated, the more meaningful the order. Throws
// Error{kUsage} as calibration.h says.
std::vector<LabelIssue> label_issues(std::span<const int> labels,
                                     std::span<const Probabilities> probabilities);

}  // namespace mnist
