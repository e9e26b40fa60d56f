// The files of --report: what must be in them, whatever the evaluation. scripts/check-report.py,
// which the tests of mnist-eval run, compares the page's numbers with report.json.
#include <cstring>

#include <nlohmann/json.hpp>

#include "mnist/image/decode.h"
#include "mnist/metrics/errors.h"
#include "mnist/report/chart/heat_map.h"
#include "mnist/report/chart/raster.h"
#include "mnist/report/chart/svg.h"
#include "mnist/report/evaluation_report.h"

#include "support/catch.h"

namespace mnist {
namespace {

using Json = nlohmann::json;

Probabilities sure_of(int digit, double confidence) {
  Probabilities probabilities;
  probabilities.fill((1 - confidence) / 9);
  probabilities[digit] = confidence;
  return probabilities;
}

// A bright pixel at a place that tells the images apart.
Image picture(std::int64_t image) {
  Image seen{.width = 28, .height = 28, .pixels = std::vector<std::uint8_t>(28 * 28)};
  seen.pixels[image % seen.pixels.size()] = 255;
  return seen;
}

// `predicted` for images whose labels run 0 to 9 again and again; -1: no answer.
ReportSubject subject_of(const std::vector<int>& predicted) {
  EvaluationInput answers{.model = "<model>", .data = "made up"};
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    answers.labels.push_back(static_cast<int>(i % 10));
    answers.probabilities.push_back(
        predicted[i] < 0 ? Probabilities{}
                         : sure_of(predicted[i], 0.5 + 0.01 * static_cast<double>(i)));
  }
  return {.answers = answers,
          .result = evaluate_predictions(answers),
          .other_answers = std::nullopt,
          .picture = picture};
}

std::string text_of(const std::vector<ReportFile>& files, const std::string& name) {
  for (const ReportFile& file : files) {
    if (file.name == name) return {file.content.begin(), file.content.end()};
  }
  FAIL("no file " << name);
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a report is a page, three pictures and JSON", "[report]") {
  const auto files = evaluation_report(subject_of({0, 1, 2, 3, 4, 5, 0, 7, 8, 9}));
  CHECK(files.size() == 5);
  for (const char* name : {"confusion.png", "reliability.png", "hardest.png"}) {
    const std::string png = text_of(files, name);
    const Image image =
        decode_image({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()});
    CHECK(image.width > 500);
  }
  const std::string page = text_of(files, "report.html");
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(contains(page, "&lt;model&gt;"));
  CHECK_FALSE(contains(page, "http:"));
  CHECK_FALSE(contains(page, "https:"));
  CHECK_FALSE(contains(page, "<script"));
  CHECK_FALSE(contains(page, "{{"));
}

TEST_CASE("the report's JSON has the fields of --format json, and what the page adds", "[report]") {
  const Json report = Json::parse(
      text_of(evaluation_report(subject_of({0, 1, 4, 3, 4, 5, 0, 7, 8, 9})), "report.json"));
  CHECK(report["accuracy"] == 0.8);
  CHECK(report["errors"] == 2);
  CHECK(report["hardest"][0] == Json::parse(R"({"image": 6, "true": 6, "predicted": 0,
                                                "confidence": 0.56})"));
  CHECK(report["hardest"][1]["image"] == 2);
  CHECK(report["most_confused"][0]["count"] == 1);
  CHECK(report["confusion_shares"][6][0] == 1.0);
  CHECK(report["coverage_curve"].back()["coverage"] == 1.0);
  CHECK(report["coverage_curve"].back()["accuracy"] == 0.8);
}

TEST_CASE("a report of no errors says so and has no picture of one", "[report]") {
  const std::string page = text_of(evaluation_report(subject_of({0, 1, 2})), "report.html");
  CHECK(contains(page, "Every image was read right."));
  CHECK_FALSE(contains(page, "<img"));
}

TEST_CASE("a report can be made where all is wrong, unanswered, or nothing", "[report]") {
  for (const std::vector<int>& predicted :
       {std::vector<int>{1, 2, 3}, {-1, -1}, {-1, 1}, {5}, {}}) {
    const auto files = evaluation_report(subject_of(predicted));
    const std::string page = text_of(files, "report.html");
    CHECK_FALSE(contains(page, "=\"nan"));
    CHECK_FALSE(contains(page, "=\"inf"));
    CHECK_FALSE(contains(page, "=\"-nan"));
  }
}

TEST_CASE("a compared report shows the images that changed sides", "[report]") {
  ReportSubject subject = subject_of({0, 1, 2, 3, 3});
  const ReportSubject other = subject_of({0, 1, 2, 0, 4});
  subject.other_answers = other.answers;
  subject.result.comparison = ModelComparison{
      .model = "other",
      .accuracy = other.result.accuracy,
      .paired = compare_paired(right_answers(subject.answers.labels, subject.answers.probabilities),
                               right_answers(other.answers.labels, other.answers.probabilities))};
  const auto files = evaluation_report(subject);
  const Json comparison = Json::parse(text_of(files, "report.json"))["comparison"];
  CHECK(comparison["only_first_answers"][0]["image"] == 3);
  CHECK(comparison["only_first_answers"][0]["second"] == 0);
  CHECK(comparison["only_second_answers"][0]["image"] == 4);
  const std::string page = text_of(files, "report.html");
  CHECK(contains(page, "Comparison with other"));
  CHECK(contains(page, "no difference between the two that luck would not explain"));
}

TEST_CASE("a comparison without the other model's answers is reported as counts", "[report]") {
  ReportSubject subject = subject_of({0, 1, 2, 3, 3});
  subject.result.comparison = ModelComparison{
      .model = "other",
      .accuracy = 0.8,
      .paired = {.both_right = 3, .both_wrong = 0, .only_first = {3}, .only_second = {4}}};
  const auto files = evaluation_report(subject);
  const Json comparison = Json::parse(text_of(files, "report.json"))["comparison"];
  CHECK(comparison["only_first_count"] == 1);
  CHECK_FALSE(comparison.contains("only_first_answers"));
  const std::string page = text_of(files, "report.html");
  CHECK(contains(page, "Comparison with other"));
  CHECK(contains(page, "only this model right"));
  CHECK_FALSE(contains(page, "Only this model is right"));
}

TEST_CASE("a report shows names, curves, sources and the environment it is given", "[report]") {
  ReportSubject subject = subject_of({0, 2});
  subject.answers.sources = {"scan", "phone"};
  subject.result = evaluate_predictions(subject.answers);
  subject.names = {"a.png", "b\".png"};
  subject.trainings = {{.model = "runs/a", .epochs = {{.epoch = 1, .train_loss = 0.5}}}};
  subject.environment = {{"device", "cpu"}, {"data", {{"images_sha256", "abc"}}}};
  const std::string page = text_of(evaluation_report(subject), "report.html");
  for (const char* part : {"title=\"b&quot;.png\"", "runs/a", "mean over sources",
                           "data-json=\"/environment/data/images_sha256\">abc"}) {
    INFO(part);
    CHECK(contains(page, part));
  }
}

TEST_CASE("errors are ordered by confidence, confusions by their number", "[metrics]") {
  const ReportSubject subject = subject_of({0, 2, 1, -1, 4, 5, 5, 7, 8, 9, 0, 2});
  const std::vector<Answer> errors = hardest_errors(subject.answers, 4);
  REQUIRE(errors.size() == 4);
  CHECK(errors[0].image == 11);
  CHECK(errors[3].image == 1);
  CHECK(hardest_errors(subject.answers, 9).back().predicted == std::nullopt);
  const auto pairs = most_confused(subject.result.confusion, 2);
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].truth == 1);
  CHECK(pairs[0].predicted == 2);
  CHECK(pairs[0].count == 2);
}

TEST_CASE("the confusion matrix names its axes, and its rows are the truth", "[report]") {
  ConfusionMatrix confusion;
  confusion.add(3, 5);
  confusion.add(3, std::nullopt);
  const std::string counts = inline_svg(draw_confusion(confusion, chart::CellText::kCounts));
  CHECK(contains(counts, ">predicted (images)<"));
  CHECK(contains(counts, ">true<"));
  CHECK(contains(counts, ">none<"));
  CHECK(contains(counts, "data-json=\"/confusion_matrix/3/5\">1<"));
  CHECK(contains(counts, "data-json=\"/unanswered/3\">1<"));
  CHECK(contains(inline_svg(draw_confusion(confusion, chart::CellText::kPercent)),
                 "data-json=\"/confusion_shares/3/5\">50.0<"));
}

TEST_CASE("a line in a picture begins at its own first point, whatever was drawn before it",
          "[report]") {
  using namespace chart;  // NOLINT(google-build-using-namespace)
  const auto png =
      draw_png({.width = 100,
                .height = 100,
                .shapes = {Text{.at = {0, 10}, .text = "I"},
                           Line{.points = {{90, 90}, {99, 90}}, .color = Color::kSecond}}},
               1);
  const Image image = decode_image(png);
  for (int y = 20; y < 80; ++y) {
    for (int x = 0; x < 100; ++x) REQUIRE(image.pixels[4 * (100 * y + x)] == 255);
  }
}

TEST_CASE("a drawing becomes pixels in its colours, pictures keep their own", "[report]") {
  using namespace chart;  // NOLINT(google-build-using-namespace)
  Image dot{.width = 1, .height = 1, .pixels = {77}};
  const auto png =
      draw_png({.width = 30,
                .height = 10,
                .shapes = {Rectangle{.width = 10, .height = 10, .fill = Color::kSecond},
                           Picture{.corner = {10, 0}, .width = 10, .height = 10, .image = dot}}},
               1);
  const Image image = decode_image(png);
  REQUIRE(image.width == 30);
  REQUIRE(image.format == PixelFormat::kRgba);
  const Rgb orange = light(Color::kSecond);
  CHECK(image.pixels[4 * 5] == orange.red);
  CHECK(image.pixels[4 * 5 + 2] == orange.blue);
  CHECK(image.pixels[4 * 15] == 77);
  CHECK(image.pixels[4 * 25] == 255);
}

}  // namespace mnist
