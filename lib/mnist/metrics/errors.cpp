#include "mnist/metrics/errors.h"

#include <algorithm>
#include <functional>

#include "mnist/base/error.h"

namespace mnist {

Answer answer_to(const EvaluationInput& input, std::int64_t image) {
  if (image < 0 || image >= std::ssize(input.labels) ||
      input.labels.size() != input.probabilities.size()) {
    throw Error(ErrorKind::kUsage, "there is no image " + std::to_string(image));
  }
  const Probabilities& probabilities = input.probabilities[image];
  const std::optional<int> predicted = most_probable(probabilities);
  return {.image = image,
          .truth = input.labels[image],
          .predicted = predicted,
          .confidence = predicted ? probabilities[*predicted] : 0.0};
}

std::vector<Answer> hardest_errors(const EvaluationInput& input, std::size_t limit) {
  std::vector<Answer> errors;
  for (std::int64_t image = 0; image < std::ssize(input.labels); ++image) {
    const Answer answer = answer_to(input, image);
    if (answer.predicted != answer.truth) errors.push_back(answer);
  }
  std::ranges::stable_sort(errors, std::ranges::greater{}, &Answer::confidence);
  if (errors.size() > limit) errors.resize(limit);
  return errors;
}

std::vector<Confusable> most_confused(const ConfusionMatrix& confusion, std::size_t limit) {
  std::vector<Confusable> pairs;
  for (int truth = 0; truth < confusion.classes(); ++truth) {
    for (int predicted = 0; predicted < confusion.classes(); ++predicted) {
      const std::int64_t count = confusion.count(truth, predicted);
      if (truth != predicted && count > 0) pairs.push_back({truth, predicted, count});
    }
  }
  std::ranges::stable_sort(pairs, std::ranges::greater{}, &Confusable::count);
  if (pairs.size() > limit) pairs.resize(limit);
  return pairs;
}

}  // namespace mnist
