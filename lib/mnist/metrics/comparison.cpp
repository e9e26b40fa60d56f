// With n discordant images and k = min(first, second), p = 2 * P(X <= k), X ~ Binomial(n, 1/2).
// The largest term C(n, k) / 2^n is built as a product that is halved whenever it grows beyond 1
// (halving is exact, so no logarithm costs digits and nothing overflows); the rest of the sum
// follows from the ratio of neighbouring terms, C(n, i - 1) / C(n, i) = i / (n - i + 1).
#include "mnist/metrics/comparison.h"

#include <algorithm>
#include <cmath>

#include "mnist/base/error.h"

namespace mnist {
namespace {

// C(n, k) / 2^n
double binomial_mass(std::int64_t k, std::int64_t n) {
  double mass = 1.0;
  std::int64_t halvings = n;
  for (std::int64_t i = 1; i <= k; ++i) {
    mass *= static_cast<double>(n - k + i) / static_cast<double>(i);
    for (; mass > 1.0 && halvings > 0; --halvings) mass *= 0.5;
  }
  return std::ldexp(mass, -static_cast<int>(std::min<std::int64_t>(halvings, 1 << 20)));
}

}  // namespace

PairedComparison compare_paired(const std::vector<bool>& first_right,
                                const std::vector<bool>& second_right) {
  if (first_right.size() != second_right.size()) {
    throw Error(ErrorKind::kUsage, "a comparison needs both models on the same images");
  }
  PairedComparison result;
  for (std::size_t i = 0; i < first_right.size(); ++i) {
    const auto image = static_cast<std::int64_t>(i);
    if (first_right[i] && second_right[i]) {
      ++result.both_right;
    } else if (first_right[i]) {
      result.only_first.push_back(image);
    } else if (second_right[i]) {
      result.only_second.push_back(image);
    } else {
      ++result.both_wrong;
    }
  }
  result.p_value = mcnemar_exact(static_cast<std::int64_t>(result.only_first.size()),
                                 static_cast<std::int64_t>(result.only_second.size()));
  return result;
}

double mcnemar_exact(std::int64_t only_first, std::int64_t only_second) {
  const std::int64_t k = std::min(only_first, only_second);
  const std::int64_t n = only_first + only_second;
  if (k < 0) throw Error(ErrorKind::kUsage, "counts of images cannot be negative");
  if (2 * k == n) return 1.0;

  double tail = 0.0;  // P(X <= k) / P(X = k)
  double term = 1.0;
  for (std::int64_t i = k; i >= 0 && term > 0.0; --i) {
    tail += term;
    term *= static_cast<double>(i) / static_cast<double>(n - i + 1);
  }
  return std::min(1.0, 2.0 * binomial_mass(k, n) * tail);
}

}  // namespace mnist
