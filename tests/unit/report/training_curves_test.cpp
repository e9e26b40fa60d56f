#include "mnist/report/training_curves.h"

#include <cmath>

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

const char* const kRows =
    R"({"epoch":1,"train_loss":0.5,"validation_loss":0.2,"validation_accuracy":0.95,)"
    R"("learning_rate":0.01,"seconds":3.5,"images_per_second":1000})"
    "\n"
    R"({"epoch":2,"train_loss":0.1,"validation_loss":0.1,"validation_accuracy":0.97,)"
    R"("learning_rate":0.002,"seconds":3.5,"images_per_second":1000})"
    "\n";

}  // namespace

TEST_CASE("the rows of metrics.jsonl become a history, null becoming undefined", "[report]") {
  const auto history = parse_training_history(
      std::string(kRows) +
      R"({"epoch":3,"train_loss":0.05,"validation_loss":null,"validation_accuracy":null,)"
      R"("learning_rate":0.0})");
  REQUIRE(history.size() == 3);
  CHECK(history[1].epoch == 2);
  CHECK(history[1].validation_accuracy == 0.97);
  CHECK(history[2].train_loss == 0.05);
  CHECK(std::isnan(history[2].validation_loss));
  CHECK(parse_training_history("").empty());
}

TEST_CASE("a figure that is the task's own has a curve of its own", "[report]") {
  const std::string rows = std::string(kRows) +
                           R"({"epoch":3,"train_loss":0.05,"character_error_rate":0.25,)"
                           R"("learning_rate":0.0})";
  const auto history = parse_training_history(rows);
  CHECK(history[0].further.empty());
  CHECK(history[2].further == std::map<std::string, double>{{"character_error_rate", 0.25}});
  CHECK(training_curves(history).size() ==
        training_curves(parse_training_history(kRows)).size() + 1);
  CHECK(count(training_curves_svg(history), ">character error rate<") > 0);
}

TEST_CASE("a line of metrics.jsonl that is not a row is an error that names it", "[report]") {
  CHECK_THROWS_WITH(parse_training_history(std::string(kRows) + "half a li"),
                    "line 3 is not a row of metrics");
  CHECK_THROWS_AS(parse_training_history("{}"), Error);
  CHECK_THROWS_AS(parse_training_history(R"({"epoch":1,"train_loss":"low"})"), Error);
}

TEST_CASE("training curves have a line for every column that has values", "[report]") {
  const std::string svg = training_curves_svg(parse_training_history(kRows));
  CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  for (const char* part : {">Loss<", ">Accuracy<", ">Learning rate<", ">training<", ">validation<",
                           "prefers-color-scheme:dark"}) {
    INFO(part);
    CHECK(svg.find(part) != std::string::npos);
  }
  CHECK(count(svg, "<circle") == 8);  // two epochs of four columns
}

TEST_CASE("a training without a validation split has no curve of accuracy", "[report]") {
  const auto drawings = training_curves({{.epoch = 1, .train_loss = 0.5, .learning_rate = 0.1}});
  CHECK(drawings.size() == 2);
}

TEST_CASE("curves of one epoch, of none and of a loss that went to infinity can be drawn",
          "[report]") {
  for (const std::vector<TrainingEpoch>& history :
       {std::vector<TrainingEpoch>{},
        {{.epoch = 1, .train_loss = 0.5}},
        {{.epoch = 1, .train_loss = std::numeric_limits<double>::infinity()},
         {.epoch = 2, .train_loss = 0.5}}}) {
    const std::string svg = training_curves_svg(history);
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
  }
}

}  // namespace mnist
