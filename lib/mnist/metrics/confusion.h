// Counts of (true class, predicted class): what every score of a classifier is computed from.
//
// Rows are the truth, columns the prediction, as in scikit-learn's confusion_matrix. An image
// without any prediction is counted in its row's support and in no column. Reading is thread-safe,
// add() is not.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mnist/digit/digit.h"

namespace mnist {

class ConfusionMatrix {
 public:
  // Throws Error{kUsage} if `classes` is below 1.
  explicit ConfusionMatrix(int classes = kClasses);

  // Counts one image. Throws Error{kUsage} if a class is not in [0, classes).
  void add(int truth, std::optional<int> predicted);

  int classes() const { return classes_; }
  // Images of class `truth` that were taken for `predicted`; both in [0, classes).
  std::int64_t count(int truth, int predicted) const { return counts_[index(truth, predicted)]; }
  // Images of class `truth` without a prediction.
  std::int64_t unanswered(int truth) const { return counts_[index(truth, classes_)]; }

  std::int64_t support(int truth) const;          // images of the class, answered or not
  std::int64_t predictions(int predicted) const;  // images taken for the class
  std::int64_t unanswered() const;                // images without a prediction, of all classes
  std::int64_t correct() const;                   // the diagonal's sum
  std::int64_t total() const;                     // all images, answered or not

 private:
  std::size_t index(int row, int column) const {
    return static_cast<std::size_t>(row) * (classes_ + 1) + column;
  }

  int classes_;
  std::vector<std::int64_t> counts_;  // [classes][classes + 1]; the last column is "unanswered"
};

}  // namespace mnist
