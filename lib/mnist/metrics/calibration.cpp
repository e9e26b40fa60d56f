#include "mnist/metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "mnist/base/error.h"

namespace mnist {
namespace {

void require_same_length(std::size_t left, std::size_t right) {
  if (left != right) throw Error(ErrorKind::kUsage, "every list needs one entry per image");
}

// The mean of score(label, probabilities) over all images.
template <typename Score>
double mean_score(std::span<const int> labels, std::span<const Probabilities> probabilities,
                  Score score) {
  require_same_length(labels.size(), probabilities.size());
  if (labels.empty()) return kUndefined;
  double sum = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= kClasses) {
      throw Error(ErrorKind::kUsage, "label " + std::to_string(labels[i]) + " is not a digit");
    }
    sum += score(static_cast<std::size_t>(labels[i]), probabilities[i]);
  }
  return sum / static_cast<double>(labels.size());
}

}  // namespace

std::vector<ReliabilityBin> reliability_bins(std::span<const double> confidences,
                                             const std::vector<bool>& correct, int bins) {
  require_same_length(confidences.size(), correct.size());
  if (bins < 1) throw Error(ErrorKind::kUsage, "a reliability diagram needs at least one bin");

  // Edges as numpy's linspace rounds them, so a confidence on an edge falls into the same bin as
  // with scikit-learn.
  const double width = 1.0 / bins;
  std::vector<ReliabilityBin> result(static_cast<std::size_t>(bins));
  for (int b = 0; b < bins; ++b) {
    result[b].lower = b * width;
    result[b].upper = b + 1 == bins ? 1.0 : (b + 1) * width;
  }

  std::vector<double> confidence_sums(result.size());
  std::vector<std::int64_t> right(result.size());
  for (std::size_t i = 0; i < confidences.size(); ++i) {
    if (!(confidences[i] >= 0.0 && confidences[i] <= 1.0)) {
      throw Error(ErrorKind::kUsage, "a confidence is not between 0 and 1");
    }
    const auto bin = std::ranges::lower_bound(result, confidences[i], {}, &ReliabilityBin::upper);
    const auto b = static_cast<std::size_t>(bin - result.begin());
    ++bin->count;
    confidence_sums[b] += confidences[i];
    right[b] += correct[i] ? 1 : 0;
  }
  for (std::size_t b = 0; b < result.size(); ++b) {
    if (result[b].count == 0) continue;
    result[b].confidence = confidence_sums[b] / static_cast<double>(result[b].count);
    result[b].accuracy = ratio(right[b], result[b].count);
    result[b].accuracy_interval = wilson_interval(right[b], result[b].count);
  }
  return result;
}

double expected_calibration_error(const std::vector<ReliabilityBin>& bins) {
  double sum = 0.0;
  std::int64_t images = 0;
  for (const ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    sum += static_cast<double>(bin.count) * std::abs(bin.accuracy - bin.confidence);
    images += bin.count;
  }
  return images == 0 ? kUndefined : sum / static_cast<double>(images);
}

double brier_score(std::span<const int> labels, std::span<const Probabilities> probabilities) {
  return mean_score(labels, probabilities, [](std::size_t truth, const Probabilities& p) {
    double sum = 0.0;
    for (std::size_t c = 0; c < p.size(); ++c) {
      const double difference = p[c] - (c == truth ? 1.0 : 0.0);
      sum += difference * difference;
    }
    return sum;
  });
}

double negative_log_likelihood(std::span<const int> labels,
                               std::span<const Probabilities> probabilities) {
  return mean_score(labels, probabilities, [](std::size_t truth, const Probabilities& p) {
    return -std::log(std::max(p[truth], std::numeric_limits<double>::epsilon()));
  });
}

}  // namespace mnist
