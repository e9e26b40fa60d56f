#include "mnist/metrics/evaluation.h"

#include <cmath>

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {
namespace {

// `confidence` in `digit`, the rest evenly over the others.
Probabilities sure_of(int digit, double confidence = 0.91) {
  Probabilities probabilities;
  probabilities.fill((1.0 - confidence) / (kClasses - 1));
  probabilities[digit] = confidence;
  return probabilities;
}

}  // namespace

TEST_CASE("an evaluation of one right image is certain of nothing but that image", "[metrics]") {
  const EvaluationResult result =
      evaluate_predictions({.labels = {4}, .probabilities = {sure_of(4)}, .seconds = 0.5});
  CHECK(result.images == 1);
  CHECK(result.accuracy == 1.0);
  CHECK(result.accuracy_interval.lower < 0.25);
  CHECK(result.loss == Approx(-std::log(0.91)));
  CHECK(result.ece == Approx(0.09));
  CHECK(result.brier == Approx(0.09 * 0.09 + 9 * 0.01 * 0.01));
  CHECK(result.images_per_second == 2.0);
  CHECK(std::isnan(result.per_class[3].recall));
  CHECK(result.macro.recall == 1.0);
  CHECK_FALSE(result.rejection);
}

TEST_CASE("an evaluation where all is wrong has accuracy 0 and defined recalls of 0", "[metrics]") {
  const EvaluationResult result = evaluate_predictions(
      {.labels = {0, 1, 2}, .probabilities = {sure_of(1), sure_of(2), sure_of(0)}});
  CHECK(result.accuracy == 0.0);
  CHECK(result.accuracy_interval.lower == 0.0);
  CHECK(result.macro.recall == 0.0);
  CHECK(result.ece == Approx(0.91));
  CHECK(std::isnan(result.images_per_second));
}

TEST_CASE("an evaluation of no image is undefined throughout", "[metrics]") {
  const EvaluationResult result = evaluate_predictions({});
  CHECK(std::isnan(result.accuracy));
  CHECK(std::isnan(result.accuracy_interval.upper));
  CHECK(std::isnan(result.loss));
  CHECK(std::isnan(result.ece));
  CHECK(std::isnan(result.brier));
}

TEST_CASE("an image without an answer is wrong, and left out of the probability scores",
          "[metrics]") {
  const EvaluationResult result =
      evaluate_predictions({.labels = {4, 4}, .probabilities = {sure_of(4), Probabilities{}}});
  CHECK(result.accuracy == 0.5);
  CHECK(result.per_class[4].recall == 0.5);
  CHECK(result.confusion.unanswered(4) == 1);
  CHECK(result.loss == Approx(-std::log(0.91)));
}

TEST_CASE("rejection is judged by the share accepted and how much of that is right", "[metrics]") {
  const EvaluationResult result =
      evaluate_predictions({.labels = {0, 1, 2, 3},
                            .probabilities = {sure_of(0), sure_of(1), sure_of(5), sure_of(6)},
                            .rejected = {false, true, true, false}});
  REQUIRE(result.rejection);
  CHECK(result.rejection->rejected == 2);
  CHECK(result.rejection->coverage == 0.5);
  CHECK(result.rejection->accuracy == 0.5);
  CHECK(result.accuracy == 0.5);
}

TEST_CASE("where all images are rejected there is no accuracy of the accepted", "[metrics]") {
  const EvaluationResult result =
      evaluate_predictions({.labels = {0}, .probabilities = {sure_of(0)}, .rejected = {true}});
  REQUIRE(result.rejection);
  CHECK(result.rejection->coverage == 0.0);
  CHECK(std::isnan(result.rejection->accuracy));
}

TEST_CASE("sources are scored one by one, and their mean counts each once", "[metrics]") {
  const EvaluationResult result =
      evaluate_predictions({.labels = {0, 1, 2, 3},
                            .probabilities = {sure_of(0), sure_of(1), sure_of(2), sure_of(9)},
                            .sources = {"scan", "scan", "scan", "phone"}});
  REQUIRE(result.per_source.size() == 2);
  CHECK(result.per_source[0].source == "phone");
  CHECK(result.per_source[0].accuracy == 0.0);
  CHECK(result.per_source[1].images == 3);
  CHECK(result.accuracy == 0.75);
  CHECK(result.source_mean_accuracy == 0.5);
}

TEST_CASE("equal probabilities go to the lowest class", "[metrics]") {
  CHECK(most_probable({0, 0.1, 0.4, 0.1, 0.4, 0, 0, 0, 0, 0}) == 2);
  CHECK_FALSE(most_probable(Probabilities{}));
}

TEST_CASE("an evaluation refuses arrays that do not fit together", "[metrics]") {
  CHECK_THROWS_AS(evaluate_predictions({.labels = {1}, .probabilities = {}}), Error);
  CHECK_THROWS_AS(evaluate_predictions({.labels = {10}, .probabilities = {sure_of(1)}}), Error);
  CHECK_THROWS_AS(evaluate_predictions(
                      {.labels = {1}, .probabilities = {sure_of(1)}, .rejected = {true, false}}),
                  Error);
  CHECK_THROWS_AS(right_answers({1}, {}), Error);
}

TEST_CASE("an evaluation refuses numbers that are no probabilities, naming the image",
          "[metrics]") {
  for (const Probabilities& bad :
       {Probabilities{0.5}, Probabilities{1.5, -0.5}, Probabilities{kUndefined}}) {
    CHECK_THROWS_WITH(evaluate_predictions({.labels = {0, 0}, .probabilities = {sure_of(0), bad}}),
                      "the probabilities of image 1 do not sum to 1");
  }
}

}  // namespace mnist
