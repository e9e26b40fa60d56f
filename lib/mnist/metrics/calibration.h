// Whether probabilities mean what they say. Thread-safe.
//
// Spans passed together have one entry per image: they must have the same length, and labels must
// be in [0, kClasses), or Error{kUsage} is thrown. Means over no images are kUndefined.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mnist/digit/digit.h"
#include "mnist/metrics/interval.h"
#include "mnist/metrics/undefined.h"

namespace mnist {

// Probabilities of the ten classes, summing to 1.
using Probabilities = std::array<double, kClasses>;

inline constexpr int kReliabilityBins = 15;

// The images whose confidence lies in (lower, upper]; the first bin also has confidence 0.
struct ReliabilityBin {
  double lower = 0.0;
  double upper = 1.0;
  std::int64_t count = 0;
  double confidence = kUndefined;  // mean confidence of these images
  double accuracy = kUndefined;    // share of them that are right
  Interval accuracy_interval{};    // how uncertain it is: 95 %, Wilson
};

// Sorts images by confidence (probability of the predicted class, in [0, 1]) into `bins` bins of
// equal width, all of which are returned, empty or not: the data of a reliability diagram.
std::vector<ReliabilityBin> reliability_bins(std::span<const double> confidences,
                                             const std::vector<bool>& correct,
                                             int bins = kReliabilityBins);

// Expected calibration error, in [0, 1]: the mean over images of their bin's |accuracy -
// confidence| (Guo et al., "On calibration of modern neural networks", ICML 2017, eq. 3).
double expected_calibration_error(const std::vector<ReliabilityBin>& bins);

// Brier score, in [0, 2]: the mean over images of the squared distance between the probabilities
// and the truth's one-hot vector, summed over classes (Brier, 1950; not halved).
double brier_score(std::span<const int> labels, std::span<const Probabilities> probabilities);

// Mean of -ln p(true class) in nats, the cross-entropy loss. As in scikit-learn's log_loss,
// probabilities below the smallest relative step of a double (2.2e-16) count as that, so one
// rounded 0 does not make the mean infinite.
double negative_log_likelihood(std::span<const int> labels,
                               std::span<const Probabilities> probabilities);

}  // namespace mnist
