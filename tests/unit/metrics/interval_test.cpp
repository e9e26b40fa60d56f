#include "mnist/metrics/interval.h"

#include <cmath>

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {

TEST_CASE("a Wilson interval holds the proportion and stays within 0 and 1", "[metrics]") {
  for (const auto& [successes, trials] : {std::pair{0, 3}, {1, 3}, {3, 3}, {99, 100}}) {
    const Interval interval = wilson_interval(successes, trials);
    const double proportion = static_cast<double>(successes) / trials;
    CHECK(interval.lower >= 0.0);
    CHECK(interval.lower <= proportion);
    CHECK(interval.upper >= proportion);
    CHECK(interval.upper <= 1.0);
    CHECK(interval.upper - interval.lower > 0.0);
  }
}

TEST_CASE("a Wilson interval is symmetric in right and wrong", "[metrics]") {
  const Interval few = wilson_interval(3, 40);
  const Interval many = wilson_interval(37, 40);
  CHECK(few.lower == Approx(1.0 - many.upper));
  CHECK(few.upper == Approx(1.0 - many.lower));
}

TEST_CASE("no trial, no interval", "[metrics]") {
  CHECK(std::isnan(wilson_interval(0, 0).lower));
  CHECK(std::isnan(wilson_interval(0, 0).upper));
  CHECK_THROWS_AS(wilson_interval(2, 1), Error);
  CHECK_THROWS_AS(wilson_interval(-1, 1), Error);
}

}  // namespace mnist
