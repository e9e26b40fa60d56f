#include "mnist/metrics/classification.h"

#include <cmath>
#include <initializer_list>
#include <utility>

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {
namespace {

ConfusionMatrix confusion_of(int classes, std::initializer_list<std::pair<int, int>> images) {
  ConfusionMatrix confusion(classes);
  for (const auto& [truth, predicted] : images) confusion.add(truth, predicted);
  return confusion;
}

}  // namespace

TEST_CASE("rows of a confusion matrix are the truth and columns the prediction", "[metrics]") {
  const ConfusionMatrix confusion = confusion_of(3, {{0, 2}, {0, 2}, {1, 1}});
  CHECK(confusion.count(0, 2) == 2);
  CHECK(confusion.count(2, 0) == 0);
  CHECK(confusion.support(0) == 2);
  CHECK(confusion.predictions(2) == 2);
  CHECK(confusion.correct() == 1);
  CHECK(confusion.total() == 3);
}

TEST_CASE("an image without a prediction counts in its row's support and in no column",
          "[metrics]") {
  ConfusionMatrix confusion = confusion_of(2, {{0, 0}, {1, 1}});
  confusion.add(0, std::nullopt);
  CHECK(confusion.unanswered(0) == 1);
  CHECK(confusion.unanswered() == 1);
  CHECK(confusion.support(0) == 2);
  CHECK(confusion.predictions(0) == 1);

  const ClassificationScores scores = classification_scores(confusion);
  CHECK(scores.accuracy == Approx(2.0 / 3.0));
  CHECK(scores.per_class[0].precision == 1.0);
  CHECK(scores.per_class[0].recall == 0.5);
}

TEST_CASE("a confusion matrix refuses classes that it does not have", "[metrics]") {
  ConfusionMatrix confusion(3);
  CHECK_THROWS_AS(confusion.add(3, 0), Error);
  CHECK_THROWS_AS(confusion.add(0, 3), Error);
  CHECK_THROWS_AS(confusion.add(-1, 0), Error);
  CHECK_THROWS_AS(ConfusionMatrix(0), Error);
  CHECK(confusion.total() == 0);
}

TEST_CASE("precision, recall and f1 are ratios of the confusion matrix's counts", "[metrics]") {
  // Of class 0: 2 images, 1 right, predicted 2 times. Of class 1: 3 images, 2 right, predicted 3.
  const ClassificationScores scores =
      classification_scores(confusion_of(2, {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 1}}));
  CHECK(scores.accuracy == Approx(3.0 / 5.0));
  CHECK(scores.per_class[0].precision == Approx(1.0 / 2.0));
  CHECK(scores.per_class[0].recall == Approx(1.0 / 2.0));
  CHECK(scores.per_class[0].f1 == Approx(1.0 / 2.0));
  CHECK(scores.per_class[1].f1 == Approx(2.0 / 3.0));
  CHECK(scores.macro.f1 == Approx((1.0 / 2.0 + 2.0 / 3.0) / 2));
  CHECK(scores.weighted.f1 == Approx((2 * (1.0 / 2.0) + 3 * (2.0 / 3.0)) / 5));
  CHECK(scores.macro.support == 5);
}

TEST_CASE("a class never predicted has no precision, but recall and f1 of 0", "[metrics]") {
  const ClassificationScores scores = classification_scores(confusion_of(2, {{0, 0}, {1, 0}}));
  CHECK(std::isnan(scores.per_class[1].precision));
  CHECK(scores.per_class[1].recall == 0.0);
  CHECK(scores.per_class[1].f1 == 0.0);
  CHECK(scores.macro.precision == 0.5);  // of class 0 only
  CHECK(scores.macro.recall == 0.5);
  CHECK(scores.weighted.precision == 0.5);
}

TEST_CASE("a class without images has no recall, and counts in no average of it", "[metrics]") {
  const ClassificationScores scores =
      classification_scores(confusion_of(3, {{0, 0}, {1, 1}, {1, 2}}));
  CHECK(std::isnan(scores.per_class[2].recall));
  CHECK(scores.per_class[2].precision == 0.0);
  CHECK(scores.per_class[2].f1 == 0.0);
  CHECK(scores.macro.recall == Approx((1.0 + 0.5) / 2));
  CHECK(scores.macro.precision == Approx((1.0 + 1.0 + 0.0) / 3));
}

TEST_CASE("a class that neither occurs nor is predicted has no score at all", "[metrics]") {
  const ClassificationScores scores = classification_scores(confusion_of(3, {{0, 0}, {1, 1}}));
  CHECK(std::isnan(scores.per_class[2].precision));
  CHECK(std::isnan(scores.per_class[2].recall));
  CHECK(std::isnan(scores.per_class[2].f1));
  CHECK(scores.per_class[2].support == 0);
  CHECK(scores.macro.f1 == 1.0);
}

TEST_CASE("a weighted mean falls back to the plain one where no weight is left", "[metrics]") {
  // Precision is defined only for class 1, which has no images.
  const ClassificationScores scores = classification_scores(confusion_of(2, {{0, 1}, {0, 1}}));
  CHECK(scores.weighted.precision == 0.0);
  CHECK(scores.weighted.recall == 0.0);
  CHECK(scores.accuracy == 0.0);
}

TEST_CASE("without images every score is undefined", "[metrics]") {
  const ClassificationScores scores = classification_scores(ConfusionMatrix());
  CHECK(scores.per_class.size() == kClasses);
  CHECK(std::isnan(scores.accuracy));
  CHECK(std::isnan(scores.macro.precision));
  CHECK(std::isnan(scores.weighted.f1));
}

}  // namespace mnist
