// The three forms of one evaluation against golden files: MNIST_UPDATE_GOLDEN=1 rewrites them.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "mnist/report/evaluation_csv.h"
#include "mnist/report/evaluation_json.h"
#include "mnist/report/evaluation_text.h"

#include "support/catch.h"

namespace mnist {
namespace {

using Json = nlohmann::json;

Probabilities sure_of(int digit) {
  Probabilities probabilities;
  probabilities.fill(0.01);
  probabilities[digit] = 0.91;
  return probabilities;
}

// Ten images: no 9 among them, 8 never predicted, one without an answer.
EvaluationInput small_input() {
  EvaluationInput input{.labels = {0, 0, 1, 2, 3, 4, 5, 6, 7, 8},
                        .seconds = 0.0625,
                        .model = "models/small.safetensors",
                        .data = "ten images"};
  for (const int predicted : {0, 0, 7, 2, 3, 4, 5, 6, 7, 3}) {
    input.probabilities.push_back(sure_of(predicted));
  }
  input.probabilities[6] = {};
  return input;
}

EvaluationResult full_result() {
  EvaluationInput input = small_input();
  input.rejected = {false, false, true, false, false, false, true, false, false, false};
  input.sources = {"scan", "scan", "phone", "scan", "phone",
                   "scan", "scan", "phone", "scan", "scan"};
  EvaluationResult result = evaluate_predictions(input);
  result.comparison = {
      .model = "models/other.safetensors",
      .accuracy = 0.6,
      .paired = compare_paired(right_answers(input.labels, input.probabilities),
                               {true, true, true, true, false, false, true, true, false, false})};
  return result;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void check_golden(const std::string& name, const std::string& text) {
  const std::string path = MNIST_SOURCE_DIR "/tests/golden/report/" + name;
  if (std::getenv("MNIST_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::stringstream golden;
  golden << file.rdbuf();
  CHECK(text == golden.str());
}

}  // namespace

TEST_CASE("the text of an evaluation is as documented", "[report]") {
  check_golden("evaluation.txt", evaluation_text(evaluate_predictions(small_input())));
  check_golden("evaluation-full.txt", evaluation_text(full_result()));
}

TEST_CASE("the JSON of an evaluation is as documented", "[report]") {
  check_golden("evaluation.json", evaluation_json(evaluate_predictions(small_input())));
  check_golden("evaluation-full.json", evaluation_json(full_result()));
}

TEST_CASE("the CSV of an evaluation is as documented", "[report]") {
  check_golden("evaluation-full.csv", evaluation_csv(full_result()));
}

TEST_CASE("text and CSV write nan and JSON null for what is undefined", "[report]") {
  const EvaluationResult nothing = evaluate_predictions({});
  CHECK(contains(evaluation_text(nothing), "accuracy                            nan         0"));
  CHECK(contains(evaluation_csv(nothing), ",,accuracy,,,nan\n"));
  const Json json = Json::parse(evaluation_json(nothing));
  for (const char* field : {"accuracy", "loss", "ece", "brier", "images_per_second"}) {
    REQUIRE(json.contains(field));
    CHECK(json[field].is_null());
  }
  CHECK(json["accuracy_interval"] == Json({nullptr, nullptr}));
  CHECK(json["per_class"][0]["precision"].is_null());
}

TEST_CASE("JSON holds every value as it was computed", "[report]") {
  const EvaluationResult result = full_result();
  const Json json = Json::parse(evaluation_json(result));
  CHECK(json["accuracy"].get<double>() == result.accuracy);
  CHECK(json["loss"].get<double>() == result.loss);
  CHECK(json["ece"].get<double>() == result.ece);
  CHECK(json["accuracy_interval"][0].get<double>() == result.accuracy_interval.lower);
  CHECK(json["macro"]["f1"].get<double>() == result.macro.f1);
  CHECK(json["per_class"][7]["class"] == 7);
  CHECK(json["confusion_matrix"][8][3] == 1);
  CHECK(json["confusion_matrix"][3][8] == 0);
}

TEST_CASE("a model's path that is no valid UTF-8 does not stop a report", "[report]") {
  EvaluationInput input = small_input();
  input.model = "\xff.safetensors";
  CHECK(Json::parse(evaluation_json(evaluate_predictions(input)))["model"] ==
        "\xef\xbf\xbd.safetensors");
}

TEST_CASE("a long list of images is cut short in text, and whole in JSON", "[report]") {
  EvaluationResult result = evaluate_predictions(small_input());
  result.comparison = ModelComparison{
      .model = "other",
      .paired = compare_paired(std::vector<bool>(100, true), std::vector<bool>(100, false))};
  CHECK(contains(evaluation_text(result), " 18, 19, ...\n"));
  CHECK(contains(evaluation_text(result), "< 0.0001"));
  CHECK(Json::parse(evaluation_json(result))["comparison"]["only_first"].size() == 100);
}

}  // namespace mnist
