// Every score is one ratio of counts, rounded once. In particular F1 is computed from counts, not
// from precision and recall: so it is 0, not undefined, for a class that has images but was never
// predicted.
#include "mnist/metrics/classification.h"

#include <cmath>

namespace mnist {
namespace {

// The mean of one score over the classes for which it is defined (scikit-learn's _nanaverage).
double average(const std::vector<ClassScores>& classes, double ClassScores::*score, bool weighted) {
  double sum = 0.0;
  double weighted_sum = 0.0;
  std::int64_t defined = 0;
  std::int64_t weights = 0;
  for (const ClassScores& scores : classes) {
    const double value = scores.*score;
    if (std::isnan(value)) continue;
    sum += value;
    weighted_sum += value * static_cast<double>(scores.support);
    ++defined;
    weights += scores.support;
  }
  if (defined == 0) return kUndefined;
  return weighted && weights > 0 ? weighted_sum / static_cast<double>(weights)
                                 : sum / static_cast<double>(defined);
}

ClassScores averages(const std::vector<ClassScores>& classes, bool weighted, std::int64_t support) {
  return {.precision = average(classes, &ClassScores::precision, weighted),
          .recall = average(classes, &ClassScores::recall, weighted),
          .f1 = average(classes, &ClassScores::f1, weighted),
          .support = support};
}

}  // namespace

ClassificationScores classification_scores(const ConfusionMatrix& confusion) {
  ClassificationScores scores;
  for (int label = 0; label < confusion.classes(); ++label) {
    const std::int64_t right = confusion.count(label, label);
    const std::int64_t predicted = confusion.predictions(label);
    const std::int64_t support = confusion.support(label);
    scores.per_class.push_back({.precision = ratio(right, predicted),
                                .recall = ratio(right, support),
                                .f1 = ratio(2 * right, predicted + support),
                                .support = support});
  }
  const std::int64_t total = confusion.total();
  scores.accuracy = ratio(confusion.correct(), total);
  scores.macro = averages(scores.per_class, /*weighted=*/false, total);
  scores.weighted = averages(scores.per_class, /*weighted=*/true, total);
  return scores;
}

}  // namespace mnist
