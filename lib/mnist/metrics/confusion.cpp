#include "mnist/metrics/confusion.h"

#include <numeric>
#include <string>

#include "mnist/base/error.h"

namespace mnist {

ConfusionMatrix::ConfusionMatrix(int classes) : classes_(classes) {
  if (classes < 1) {
    throw Error(ErrorKind::kUsage, "a confusion matrix needs at least one class");
  }
  counts_.resize(index(classes, 0));
}

void ConfusionMatrix::add(int truth, std::optional<int> predicted) {
  for (const int label : {truth, predicted.value_or(truth)}) {
    if (label < 0 || label >= classes_) {
      throw Error(ErrorKind::kUsage, "class " + std::to_string(label) + " is not between 0 and " +
                                         std::to_string(classes_ - 1));
    }
  }
  ++counts_[index(truth, predicted.value_or(classes_))];
}

std::int64_t ConfusionMatrix::support(int truth) const {
  const auto row = counts_.begin() + static_cast<std::ptrdiff_t>(index(truth, 0));
  return std::accumulate(row, row + classes_ + 1, std::int64_t{0});
}

std::int64_t ConfusionMatrix::predictions(int predicted) const {
  std::int64_t sum = 0;
  for (int truth = 0; truth < classes_; ++truth) sum += count(truth, predicted);
  return sum;
}

std::int64_t ConfusionMatrix::unanswered() const { return predictions(classes_); }

std::int64_t ConfusionMatrix::correct() const {
  std::int64_t sum = 0;
  for (int label = 0; label < classes_; ++label) sum += count(label, label);
  return sum;
}

std::int64_t ConfusionMatrix::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

}  // namespace mnist
