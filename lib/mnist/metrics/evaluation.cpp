#include "mnist/metrics/evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "mnist/base/error.h"

namespace mnist {
namespace {

void check(const EvaluationInput& input) {
  const std::size_t images = input.labels.size();
  const auto one_per_image = [images](std::size_t size) { return size == images || size == 0; };
  if (input.probabilities.size() != images || !one_per_image(input.rejected.size()) ||
      !one_per_image(input.sources.size())) {
    throw Error(ErrorKind::kUsage, "an evaluation needs one entry per image in every list");
  }
  for (std::size_t i = 0; i < images; ++i) {
    const Probabilities& p = input.probabilities[i];
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    const bool none_negative = std::ranges::all_of(p, [](double x) { return x >= 0.0; });
    if (!none_negative || (sum != 0.0 && std::abs(sum - 1.0) > 1e-3)) {
      throw Error(ErrorKind::kUsage,
                  "the probabilities of image " + std::to_string(i) + " do not sum to 1");
    }
  }
}

RejectionScores rejection_scores(const std::vector<bool>& right,
                                 const std::vector<bool>& rejected) {
  std::int64_t accepted = 0;
  std::int64_t accepted_right = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (rejected[i]) continue;
    ++accepted;
    accepted_right += right[i] ? 1 : 0;
  }
  return {.rejected = std::ssize(rejected) - accepted,
          .coverage = ratio(accepted, std::ssize(rejected)),
          .accuracy = ratio(accepted_right, accepted)};
}

std::vector<SourceScores> source_scores(const std::vector<bool>& right,
                                        const std::vector<std::string>& sources) {
  struct Tally {
    std::int64_t images = 0;
    std::int64_t right = 0;
  };
  std::map<std::string, Tally> tallies;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].empty()) continue;  // no source
    Tally& tally = tallies[sources[i]];
    ++tally.images;
    tally.right += right[i] ? 1 : 0;
  }
  std::vector<SourceScores> scores;
  scores.reserve(tallies.size());
  for (const auto& [source, tally] : tallies) {
    scores.push_back({.source = source,
                      .images = tally.images,
                      .accuracy = ratio(tally.right, tally.images),
                      .accuracy_interval = wilson_interval(tally.right, tally.images)});
  }
  return scores;
}

double mean_accuracy(const std::vector<SourceScores>& sources) {
  if (sources.empty()) return kUndefined;
  double sum = 0.0;
  for (const SourceScores& source : sources) sum += source.accuracy;
  return sum / static_cast<double>(sources.size());
}

// Loss, Brier score and calibration, over the images that have probabilities.
void score_probabilities(const EvaluationInput& input, EvaluationResult& result) {
  std::vector<int> labels;
  std::vector<Probabilities> probabilities;
  std::vector<double> confidences;
  std::vector<bool> correct;
  for (std::size_t i = 0; i < input.labels.size(); ++i) {
    const std::optional<int> digit = most_probable(input.probabilities[i]);
    if (!digit) continue;
    labels.push_back(input.labels[i]);
    probabilities.push_back(input.probabilities[i]);
    confidences.push_back(std::min(1.0, input.probabilities[i][*digit]));  // rounding in floats
    correct.push_back(*digit == input.labels[i]);
  }
  result.loss = negative_log_likelihood(labels, probabilities);
  result.brier = brier_score(labels, probabilities);
  result.reliability = reliability_bins(confidences, correct);
  result.ece = expected_calibration_error(result.reliability);
}

}  // namespace

std::optional<int> most_probable(const Probabilities& probabilities) {
  const auto best = std::ranges::max_element(probabilities);
  if (*best <= 0.0) return std::nullopt;
  return static_cast<int>(best - probabilities.begin());
}

std::vector<bool> right_answers(const std::vector<int>& labels,
                                const std::vector<Probabilities>& probabilities) {
  if (labels.size() != probabilities.size()) {
    throw Error(ErrorKind::kUsage, "every list needs one entry per image");
  }
  std::vector<bool> right(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    right[i] = most_probable(probabilities[i]) == labels[i];
  }
  return right;
}

EvaluationResult evaluate_predictions(const EvaluationInput& input) {
  check(input);
  EvaluationResult result;
  result.model = input.model;
  result.data = input.data;
  result.images = std::ssize(input.labels);
  if (input.seconds > 0.0) {
    result.images_per_second = static_cast<double>(result.images) / input.seconds;
  }

  for (std::size_t i = 0; i < input.labels.size(); ++i) {
    result.confusion.add(input.labels[i], most_probable(input.probabilities[i]));
  }
  ClassificationScores scores = classification_scores(result.confusion);
  result.accuracy = scores.accuracy;
  result.accuracy_interval = wilson_interval(result.confusion.correct(), result.images);
  result.per_class = std::move(scores.per_class);
  result.macro = scores.macro;
  result.weighted = scores.weighted;
  score_probabilities(input, result);

  const std::vector<bool> right = right_answers(input.labels, input.probabilities);
  if (!input.rejected.empty()) result.rejection = rejection_scores(right, input.rejected);
  result.per_source = source_scores(right, input.sources);
  result.source_mean_accuracy = mean_accuracy(result.per_source);
  return result;
}

}  // namespace mnist
