#include "mnist/metrics/label_issues.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>

#include "mnist/base/error.h"

namespace mnist {
namespace {

using PerClass = std::array<double, kClasses>;

// For each class, its mean probability among the images with that label. A class without images
// is never a confident suggestion.
PerClass thresholds_of(std::span<const int> labels, std::span<const Probabilities> probabilities) {
  PerClass sums{};
  PerClass counts{};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const int label = labels[i];
    if (label < 0 || label >= kClasses) {
      throw Error(ErrorKind::kUsage, "label " + std::to_string(label) + " is not a digit");
    }
    sums[static_cast<std::size_t>(label)] += probabilities[i][static_cast<std::size_t>(label)];
    counts[static_cast<std::size_t>(label)] += 1;
  }
  PerClass thresholds{};
  for (std::size_t c = 0; c < kClasses; ++c) {
    thresholds[c] = counts[c] > 0 ? sums[c] / counts[c] : std::numeric_limits<double>::infinity();
  }
  return thresholds;
}

}  // namespace

std::vector<LabelIssue> label_issues(std::span<const int> labels,
                                     std::span<const Probabilities> probabilities) {
  if (labels.size() != probabilities.size()) {
    throw Error(ErrorKind::kUsage, "every list needs one entry per image");
  }
  const PerClass thresholds = thresholds_of(labels, probabilities);
  std::vector<LabelIssue> issues;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(labels[i]);
    const auto most = std::ranges::max_element(probabilities[i]);
    const auto suggested = static_cast<std::size_t>(most - probabilities[i].begin());
    if (probabilities[i][label] >= *most) continue;
    issues.push_back({.image = static_cast<std::int64_t>(i),
                      .label = labels[i],
                      .suggested = static_cast<int>(suggested),
                      .label_probability = probabilities[i][label],
                      .suggested_probability = *most,
                      .is_confident = *most >= thresholds[suggested]});
  }
  std::ranges::stable_sort(issues, {}, &LabelIssue::margin);
  return issues;
}

}  // namespace mnist
