// What a model gets wrong, image by image and digit by digit. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mnist/metrics/confusion.h"
#include "mnist/metrics/evaluation.h"

namespace mnist {

// The answer for one image.
struct Answer {
  std::int64_t image = 0;  // counted from 0
  int truth = 0;
  std::optional<int> predicted{};  // nothing if there was no answer
  double confidence = 0.0;         // probability of `predicted`
};

// Throws Error{kUsage} for an image number out of range.
Answer answer_to(const EvaluationInput& input, std::int64_t image);

// The wrong answers with the highest confidence, at most `limit`: highest first, the lower image
// first among equals, images without an answer last.
std::vector<Answer> hardest_errors(const EvaluationInput& input, std::size_t limit);

struct Confusable {
  int truth = 0;
  int predicted = 0;
  std::int64_t count = 0;
};

// The pairs of different classes that were confused, most frequent first, in the order of the
// matrix among equals; at most `limit`.
std::vector<Confusable> most_confused(const ConfusionMatrix& confusion, std::size_t limit);

}  // namespace mnist
