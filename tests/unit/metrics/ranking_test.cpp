#include "mnist/metrics/ranking.h"

#include <algorithm>
#include <cmath>

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {

TEST_CASE("the area under the curve is the share of pairs in the right order, ties half",
          "[metrics]") {
  CHECK(auroc(std::vector{0.8, 0.9}, std::vector{0.1, 0.2}) == 1.0);
  CHECK(auroc(std::vector{0.1, 0.2}, std::vector{0.8, 0.9}) == 0.0);
  CHECK(auroc(std::vector{0.5, 0.5}, std::vector{0.5}) == 0.5);
  CHECK(auroc(std::vector{0.5, 0.7}, std::vector{0.5, 0.6}) == (0.5 + 0 + 1 + 1) / 4);
}

TEST_CASE("the area under the curve needs both sides", "[metrics]") {
  CHECK(std::isnan(auroc(std::vector{0.5}, {})));
  CHECK(std::isnan(auroc({}, std::vector{0.5})));
  CHECK_THROWS_AS(auroc(std::vector{kUndefined}, std::vector{0.5}), Error);
}

TEST_CASE("equal confidences are answered together or not at all", "[metrics]") {
  const auto curve =
      coverage_curve(std::vector{0.6, 0.9, 0.6, 0.7}, std::vector{false, true, true, true});
  REQUIRE(curve.size() == 3);
  CHECK(curve[0].threshold == 0.9);
  CHECK(curve[0].coverage == 0.25);
  CHECK(curve[1].coverage == 0.5);
  CHECK(curve[2].threshold == 0.6);
  CHECK(curve[2].coverage == 1.0);
  CHECK(curve[2].accuracy == 0.75);
}

TEST_CASE("a thinned curve keeps its ends, its order, and more of the end than of the beginning",
          "[metrics]") {
  std::vector<CoveragePoint> curve(1000);
  for (std::size_t i = 0; i < curve.size(); ++i)
    curve[i].coverage = static_cast<double>(i + 1) / 1000;
  const auto few = thinned(curve, 50);
  CHECK(few.size() <= 50);
  CHECK(few.size() > 40);
  CHECK(few.front().coverage == curve.front().coverage);
  CHECK(few.back().coverage == 1.0);
  CHECK(std::ranges::is_sorted(few, {}, &CoveragePoint::coverage));
  CHECK(few[few.size() / 2].coverage > 0.8);
  CHECK(thinned(curve, 1000).size() == 1000);
}

TEST_CASE("a coverage curve of no images is empty", "[metrics]") {
  CHECK(coverage_curve({}, {}).empty());
  CHECK_THROWS_AS(coverage_curve(std::vector{0.5}, {}), Error);
}

}  // namespace mnist
