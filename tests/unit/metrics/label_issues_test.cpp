#include "mnist/metrics/label_issues.h"

#include <string>

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {
namespace {

// `most` for one class, the rest for another.
Probabilities divided(std::size_t first, double most, std::size_t second) {
  Probabilities probabilities{};
  probabilities[first] = most;
  probabilities[second] += 1 - most;
  return probabilities;
}

}  // namespace

TEST_CASE("images that look surely like another class are label issues, the worst first",
          "[metrics]") {
  const std::vector<int> labels = {1, 1, 1, 7, 7, 7, 7};
  const std::vector<Probabilities> probabilities = {
      divided(1, 0.9, 7), divided(1, 0.9, 7),
      divided(7, 0.7, 1),  // above the mean of the 7s, which the mislabelled one lowers
      divided(7, 0.9, 1), divided(7, 0.8, 1),
      divided(7, 0.9, 1), divided(1, 0.99, 7),  // labelled 7
  };
  const std::vector<LabelIssue> issues = label_issues(labels, probabilities);
  REQUIRE(issues.size() == 2);
  CHECK(issues[0].image == 6);
  CHECK(issues[0].label == 7);
  CHECK(issues[0].suggested == 1);
  CHECK(issues[0].margin() == Approx(0.01 - 0.99));
  CHECK(issues[0].is_confident);
  CHECK(issues[1].image == 2);
  CHECK(issues[1].suggested == 7);
  CHECK(issues[1].is_confident);
}

TEST_CASE("a suggestion is confident if it is as probable as that class's own images are",
          "[metrics]") {
  const std::vector<int> labels = {1, 1, 7, 7};
  const std::vector<Probabilities> probabilities = {divided(1, 0.9, 7),
                                                    divided(7, 0.6, 1),  // the 7s have 0.95
                                                    divided(7, 0.95, 1), divided(7, 0.95, 1)};
  const std::vector<LabelIssue> issues = label_issues(labels, probabilities);
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].image == 1);
  CHECK_FALSE(issues[0].is_confident);
}

TEST_CASE("a class without images is not a confident suggestion", "[metrics]") {
  const std::vector<LabelIssue> issues =
      label_issues(std::vector{1}, std::vector{divided(3, 1.0, 1)});
  REQUIRE(issues.size() == 1);
  CHECK_FALSE(issues[0].is_confident);
  CHECK(label_issues({}, {}).empty());
}

TEST_CASE("label issues need one row of probabilities for each label, and digits", "[metrics]") {
  CHECK_THROWS_AS(label_issues(std::vector{1}, {}), Error);
  CHECK_THROWS_AS(label_issues(std::vector{10}, std::vector{divided(3, 1.0, 1)}), Error);
}

}  // namespace mnist
