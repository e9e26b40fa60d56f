// How well a score separates good from bad: digits from things that are not digits, right answers
// from wrong ones. Thread-safe.
#pragma once

#include <span>
#include <vector>

#include "mnist/metrics/undefined.h"

namespace mnist {

// Area under the ROC curve: the probability that a random positive scores above a random negative,
// ties counting half (the Mann-Whitney statistic). In [0, 1], 0.5 for chance; undefined if a side
// is empty. Scores may be any numbers except NaN, which throws Error{kUsage}.
double auroc(std::span<const double> positives, std::span<const double> negatives);

// The effect of answering only at a confidence of `threshold` or more.
struct CoveragePoint {
  double threshold = 0.0;
  double coverage = 0.0;         // share of the images that get an answer, in (0, 1]
  double accuracy = kUndefined;  // share of those answers that are right
};

// The risk-coverage curve (El-Yaniv and Wiener, "On the foundations of noise-free selective
// classification", JMLR 2010), as accuracy: one point per distinct confidence, highest threshold
// first, so coverage rises to 1. Empty if there are no images. Throws Error{kUsage} if the lengths
// differ or a confidence is NaN.
std::vector<CoveragePoint> coverage_curve(std::span<const double> confidences,
                                          const std::vector<bool>& correct);

// At most `most` (2 or more) points of `curve`, including the first and the last, denser towards
// the end, where the curve bends: enough to draw it.
std::vector<CoveragePoint> thinned(const std::vector<CoveragePoint>& curve, std::size_t most);

}  // namespace mnist
