// mnist/metrics against scikit-learn and scipy: reference.json, made by
// scripts/reference/metrics_reference.py.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "mnist/metrics/evaluation.h"
#include "mnist/metrics/ranking.h"
#include "mnist/report/evaluation_text.h"

#include "support/catch.h"

namespace mnist {
namespace {

using Json = nlohmann::json;

constexpr double kTolerance = 1e-12;

const Json& reference() {
  static const Json data = [] {
    std::ifstream file(MNIST_SOURCE_DIR "/tests/unit/metrics/reference.json");
    REQUIRE(file);
    return Json::parse(file);
  }();
  return data;
}

// Equal within the tolerance, in absolute and in relative terms; null is undefined.
void check_equal(double ours, const Json& theirs) {
  if (theirs.is_null()) {
    CHECK(std::isnan(ours));
    return;
  }
  const double value = theirs.get<double>();
  INFO("ours " << Json(ours) << ", theirs " << theirs);
  CHECK(std::abs(ours - value) <= kTolerance * std::max(1.0, std::abs(value)));
}

void check_equal(const ClassScores& ours, const Json& theirs) {
  check_equal(ours.precision, theirs["precision"]);
  check_equal(ours.recall, theirs["recall"]);
  check_equal(ours.f1, theirs["f1"]);
  if (theirs.contains("support")) CHECK(ours.support == theirs["support"]);
}

EvaluationInput input_of(const Json& scenario) {
  return {.labels = scenario["labels"].get<std::vector<int>>(),
          .probabilities = scenario["probabilities"].get<std::vector<Probabilities>>()};
}

}  // namespace

TEST_CASE("classification scores equal scikit-learn's", "[metrics]") {
  for (const Json& scenario : reference()["scenarios"]) {
    INFO(scenario["name"]);
    const EvaluationResult result = evaluate_predictions(input_of(scenario));
    for (int truth = 0; truth < kClasses; ++truth) {
      for (int predicted = 0; predicted < kClasses; ++predicted) {
        CHECK(result.confusion.count(truth, predicted) ==
              scenario["confusion_matrix"][truth][predicted].get<std::int64_t>());
      }
      check_equal(result.per_class[truth], scenario["per_class"][truth]);
    }
    check_equal(result.accuracy, scenario["accuracy"]);
    check_equal(result.macro, scenario["macro"]);
    check_equal(result.weighted, scenario["weighted"]);
  }
}

TEST_CASE("the text report equals scikit-learn's classification_report byte for byte",
          "[metrics]") {
  int reports = 0;
  for (const Json& scenario : reference()["scenarios"]) {
    if (!scenario.contains("report")) continue;
    INFO(scenario["name"]);
    CHECK(classification_report(evaluate_predictions(input_of(scenario))) ==
          scenario["report"].get<std::string>());
    ++reports;
  }
  CHECK(reports >= 3);
}

TEST_CASE("loss, Brier score and calibration error equal scikit-learn's", "[metrics]") {
  for (const Json& scenario : reference()["scenarios"]) {
    INFO(scenario["name"]);
    const EvaluationResult result = evaluate_predictions(input_of(scenario));
    check_equal(result.loss, scenario["loss"]);
    check_equal(result.brier, scenario["brier"]);
    check_equal(result.ece, scenario["ece"]);
  }
}

TEST_CASE("the bins of a reliability diagram equal scikit-learn's, their intervals scipy's",
          "[metrics]") {
  for (const Json& scenario : reference()["scenarios"]) {
    INFO(scenario["name"]);
    const EvaluationResult result = evaluate_predictions(input_of(scenario));
    std::size_t filled = 0;
    for (const ReliabilityBin& bin : result.reliability) filled += bin.count > 0 ? 1 : 0;
    REQUIRE(filled == scenario["reliability"].size());
    for (const Json& theirs : scenario["reliability"]) {
      const ReliabilityBin& ours = result.reliability[theirs["bin"].get<std::size_t>()];
      CHECK(ours.count == theirs["count"]);
      check_equal(ours.confidence, theirs["confidence"]);
      check_equal(ours.accuracy, theirs["accuracy"]);
      check_equal(ours.accuracy_interval.lower, theirs["accuracy_interval"][0]);
      check_equal(ours.accuracy_interval.upper, theirs["accuracy_interval"][1]);
    }
  }
}

TEST_CASE("ranking of right above wrong answers equals scikit-learn's", "[metrics]") {
  for (const Json& scenario : reference()["scenarios"]) {
    INFO(scenario["name"]);
    const EvaluationInput input = input_of(scenario);
    const std::vector<bool> right = right_answers(input.labels, input.probabilities);
    std::vector<double> confidences;
    std::vector<double> of_right;
    std::vector<double> of_wrong;
    for (std::size_t i = 0; i < right.size(); ++i) {
      confidences.push_back(std::ranges::max(input.probabilities[i]));
      (right[i] ? of_right : of_wrong).push_back(confidences.back());
    }
    check_equal(auroc(of_right, of_wrong), scenario["auroc"]);

    const auto curve = coverage_curve(confidences, right);
    const Json& points = scenario["coverage_curve"];
    REQUIRE(curve.size() == points.size());
    for (std::size_t i = 0; i < curve.size(); ++i) {
      check_equal(curve[i].threshold, points[i]["threshold"]);
      check_equal(curve[i].coverage, points[i]["coverage"]);
      check_equal(curve[i].accuracy, points[i]["accuracy"]);
    }
  }
}

TEST_CASE("accuracy's interval equals scipy's", "[metrics]") {
  for (const Json& row : reference()["wilson"]) {
    INFO(row);
    const Interval interval = wilson_interval(row[0], row[1]);
    check_equal(interval.lower, row[2]);
    check_equal(interval.upper, row[3]);
  }
  for (const Json& scenario : reference()["scenarios"]) {
    const Interval interval = evaluate_predictions(input_of(scenario)).accuracy_interval;
    check_equal(interval.lower, scenario["accuracy_interval"][0]);
    check_equal(interval.upper, scenario["accuracy_interval"][1]);
  }
}

TEST_CASE("McNemar's exact test equals scipy's binomtest", "[metrics]") {
  for (const Json& row : reference()["mcnemar"]) {
    INFO(row);
    check_equal(mcnemar_exact(row[0], row[1]), row[2]);
    // Tiny values too: in relative terms, within scipy's own precision.
    CHECK(mcnemar_exact(row[0], row[1]) == Approx(row[2].get<double>()).epsilon(1e-10));
  }
}

}  // namespace mnist
