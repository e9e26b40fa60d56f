#include "mnist/metrics/interval.h"

#include <cmath>

#include "mnist/base/error.h"

namespace mnist {

Interval wilson_interval(std::int64_t successes, std::int64_t trials) {
  if (successes < 0 || successes > trials) {
    throw Error(ErrorKind::kUsage,
                "the number of successes must be between 0 and the number of trials");
  }
  if (trials == 0) return {};

  constexpr double kZ = 1.959963984540054;  // the normal distribution's 97.5 % quantile
  const double n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double denominator = 2 * (n + kZ * kZ);
  const double center = (2 * n * p + kZ * kZ) / denominator;
  const double half = kZ * std::sqrt(kZ * kZ + 4 * n * p * (1 - p)) / denominator;
  // At the ends the exact bound is 0 or 1; rounding must not move it.
  return {.lower = successes == 0 ? 0.0 : center - half,
          .upper = successes == trials ? 1.0 : center + half};
}

}  // namespace mnist
