#include "mnist/metrics/ranking.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "mnist/base/error.h"

namespace mnist {
namespace {

void require_ordered(std::span<const double> scores) {
  if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); })) {
    throw Error(ErrorKind::kUsage, "a score is not a number");
  }
}

}  // namespace

double auroc(std::span<const double> positives, std::span<const double> negatives) {
  require_ordered(positives);
  require_ordered(negatives);
  std::vector<double> sorted(negatives.begin(), negatives.end());
  std::ranges::sort(sorted);
  // A positive above a negative counts 2, a tie 1: whole numbers, so the sum is exact.
  std::int64_t half_wins = 0;
  for (const double score : positives) {
    const auto [first_tie, last_tie] = std::equal_range(sorted.begin(), sorted.end(), score);
    half_wins += (first_tie - sorted.begin()) + (last_tie - sorted.begin());
  }
  return ratio(half_wins, 2 * std::ssize(positives) * std::ssize(negatives));
}

std::vector<CoveragePoint> coverage_curve(std::span<const double> confidences,
                                          const std::vector<bool>& correct) {
  if (confidences.size() != correct.size()) {
    throw Error(ErrorKind::kUsage, "every list needs one entry per image");
  }
  require_ordered(confidences);
  std::vector<std::size_t> order(confidences.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t i) { return confidences[i]; });

  std::vector<CoveragePoint> curve;
  const std::int64_t images = std::ssize(order);
  std::int64_t right = 0;
  for (std::int64_t answered = 1; answered <= images; ++answered) {
    const std::size_t image = order[answered - 1];
    right += correct[image] ? 1 : 0;
    const bool tied = answered < images && confidences[order[answered]] == confidences[image];
    if (tied) continue;
    curve.push_back({.threshold = confidences[image],
                     .coverage = ratio(answered, images),
                     .accuracy = ratio(right, answered)});
  }
  return curve;
}

std::vector<CoveragePoint> thinned(const std::vector<CoveragePoint>& curve, std::size_t most) {
  if (curve.size() <= most) return curve;
  std::vector<CoveragePoint> points;
  const auto last = static_cast<double>(curve.size() - 1);
  std::size_t next = 0;
  for (std::size_t i = 0; i < most; ++i) {
    const double left = 1.0 - static_cast<double>(i) / static_cast<double>(most - 1);
    const auto index = static_cast<std::size_t>(std::llround(last * (1.0 - left * left * left)));
    if (index < next) continue;
    points.push_back(curve[index]);
    next = index + 1;
  }
  return points;
}

}  // namespace mnist
