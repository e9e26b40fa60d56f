#include "mnist/metrics/calibration.h"

#include <cmath>

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {

TEST_CASE("a confidence on a bin's upper edge belongs to that bin", "[metrics]") {
  const auto bins =
      reliability_bins(std::vector{0.0, 0.25, 0.26, 1.0}, std::vector{true, false, true, true}, 4);
  REQUIRE(bins.size() == 4);
  CHECK(bins[0].count == 2);
  CHECK(bins[0].confidence == 0.125);
  CHECK(bins[0].accuracy == 0.5);
  CHECK(bins[1].count == 1);
  CHECK(bins[2].count == 0);
  CHECK(bins[3].count == 1);
  CHECK(bins[3].upper == 1.0);
}

TEST_CASE("an empty reliability bin has no confidence and no accuracy", "[metrics]") {
  const auto bins = reliability_bins({}, {}, 2);
  REQUIRE(bins.size() == 2);
  CHECK(std::isnan(bins[1].confidence));
  CHECK(std::isnan(bins[1].accuracy));
  CHECK(std::isnan(expected_calibration_error(bins)));
}

TEST_CASE("the calibration error weighs each bin by its images", "[metrics]") {
  // Three images at 0.9, two of them right: gap 0.9 - 2/3. One at 0.3, right: gap 0.7.
  const auto bins =
      reliability_bins(std::vector{0.9, 0.9, 0.9, 0.3}, std::vector{true, true, false, true});
  CHECK(bins.size() == kReliabilityBins);
  CHECK(expected_calibration_error(bins) ==
        Approx((3 * (0.9 - 2.0 / 3.0) + 1 * 0.7) / 4).epsilon(1e-12));
}

TEST_CASE("confidences outside 0 to 1 are refused", "[metrics]") {
  CHECK_THROWS_AS(reliability_bins(std::vector{1.5}, {true}), Error);
  CHECK_THROWS_AS(reliability_bins(std::vector{-0.5}, {true}), Error);
  CHECK_THROWS_AS(reliability_bins(std::vector{kUndefined}, {true}), Error);
  CHECK_THROWS_AS(reliability_bins(std::vector{0.5}, {}), Error);
  CHECK_THROWS_AS(reliability_bins(std::vector{0.5}, {true}, 0), Error);
}

TEST_CASE("the Brier score is 0 for certainty in the truth and 2 for certainty beside it",
          "[metrics]") {
  const std::vector<Probabilities> certain_seven = {{0, 0, 0, 0, 0, 0, 0, 1, 0, 0}};
  CHECK(brier_score(std::vector{7}, certain_seven) == 0.0);
  CHECK(brier_score(std::vector{1}, certain_seven) == 2.0);
  CHECK(std::isnan(brier_score({}, {})));
}

TEST_CASE("the loss is the logarithm of the true class's probability, finite even at 0",
          "[metrics]") {
  const std::vector<Probabilities> probabilities = {{0.25, 0.75, 0, 0, 0, 0, 0, 0, 0, 0}};
  CHECK(negative_log_likelihood(std::vector{0}, probabilities) == Approx(std::log(4.0)));
  CHECK(negative_log_likelihood(std::vector{2}, probabilities) == Approx(52 * std::log(2.0)));
  CHECK(std::isnan(negative_log_likelihood({}, {})));
}

TEST_CASE("labels that are not digits are refused by the proper scores", "[metrics]") {
  const std::vector<Probabilities> one(1);
  CHECK_THROWS_AS(brier_score(std::vector{10}, one), Error);
  CHECK_THROWS_AS(negative_log_likelihood(std::vector{-1}, one), Error);
  CHECK_THROWS_AS(brier_score(std::vector{1, 2}, one), Error);
}

}  // namespace mnist
