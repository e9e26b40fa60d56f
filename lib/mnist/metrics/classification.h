// Precision, recall, F1 and support of every class, and their averages.
//
// Values and undefined cases follow scikit-learn's precision_recall_fscore_support with
// zero_division=nan (scikit-learn >= 1.3): a ratio with a denominator of 0 is kUndefined, and
// averages leave out undefined classes. Thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "mnist/metrics/confusion.h"
#include "mnist/metrics/undefined.h"

namespace mnist {

struct ClassScores {
  double precision = kUndefined;  // right / predicted; undefined for a class never predicted
  double recall = kUndefined;     // right / support; undefined for a class without images
  double f1 = kUndefined;         // 2 right / (predicted + support); undefined if both are 0
  std::int64_t support = 0;       // images that truly are of the class
};

struct ClassificationScores {
  double accuracy = kUndefined;  // right / all images; images without a prediction are wrong
  std::vector<ClassScores> per_class;
  ClassScores macro;     // the plain mean over the classes for which it is defined
  ClassScores weighted;  // the same mean weighted by support; plain if all weights are 0
};

ClassificationScores classification_scores(const ConfusionMatrix& confusion);

}  // namespace mnist
