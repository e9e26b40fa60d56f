// Whether one model is better than another on the same images, or just lucky. Thread-safe.
#pragma once

#include <cstdint>
#include <vector>

namespace mnist {

// Two models on the same images.
struct PairedComparison {
  std::int64_t both_right = 0;
  std::int64_t both_wrong = 0;
  std::vector<std::int64_t> only_first;   // images, counted from 0, that only the first got right
  std::vector<std::int64_t> only_second;  // images that only the second got right
  double p_value = 1.0;                   // mcnemar_exact() of these two
};

// Takes one entry per image, true if the model was right. Throws Error{kUsage} if the lengths
// differ.
PairedComparison compare_paired(const std::vector<bool>& first_right,
                                const std::vector<bool>& second_right);

// McNemar's test (1947) in its exact form: the two-sided probability, if both models were equally
// good, that images with one right and one wrong answer split at least as unevenly as `only_first`
// to `only_second`. 1 if there are no such images. Equals scipy's binomtest(only_first, only_first
// + only_second). Throws Error{kUsage} for negative counts.
double mcnemar_exact(std::int64_t only_first, std::int64_t only_second);

}  // namespace mnist
