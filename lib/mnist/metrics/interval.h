// How far a proportion measured on a few images can be trusted. Thread-safe.
#pragma once

#include <cstdint>

#include "mnist/metrics/undefined.h"

namespace mnist {

struct Interval {
  double lower = kUndefined;
  double upper = kUndefined;
};

// The 95 % score interval of `successes` out of `trials` (E. B. Wilson, "Probable inference, the
// law of succession, and statistical inference", 1927), without continuity correction. Unlike the
// textbook's p +- 1.96 s it stays in [0, 1] and keeps its width at 100 %. Equals scipy's
// binomtest(...).proportion_ci(method="wilson"). Undefined if `trials` is 0. Throws Error{kUsage}
// unless 0 <= successes <= trials.
Interval wilson_interval(std::int64_t successes, std::int64_t trials);

}  // namespace mnist
