// report.json is made first, as text; the page is filled from that text, with pictures and charts
// added. So the page cannot show a number that differs from the JSON's, nor broken UTF-8.
#include "mnist/report/evaluation_report.h"

#include <algorithm>

#include "mnist/metrics/errors.h"
#include "mnist/metrics/ranking.h"
#include "mnist/report/chart/contact_sheet.h"
#include "mnist/report/chart/evaluation_charts.h"
#include "mnist/report/chart/heat_map.h"
#include "mnist/report/chart/raster.h"
#include "mnist/report/chart/svg.h"
#include "mnist/report/evaluation_json.h"
#include "mnist/report/html/embedded.h"
#include "mnist/report/markup.h"
#include "mnist/report/number_text.h"
#include "mnist/report/template.h"

namespace mnist {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kHardest = 40;
constexpr std::size_t kConfusedPairs = 10;
constexpr std::size_t kCurvePoints = 200;
constexpr std::size_t kShownChanges = 60;  // pictures on each side of a comparison
constexpr double kSignificance = 0.05;

// Images without an answer have confidence 0: they are the first to be rejected.
std::vector<CoveragePoint> coverage_of(const EvaluationInput& answers) {
  std::vector<double> confidences;
  for (std::int64_t image = 0; image < std::ssize(answers.labels); ++image) {
    confidences.push_back(std::min(1.0, answer_to(answers, image).confidence));
  }
  return thinned(coverage_curve(confidences, right_answers(answers.labels, answers.probabilities)),
                 kCurvePoints);
}

// --- report.json ---

Json digit_json(std::optional<int> digit) { return digit ? Json(*digit) : Json(); }

void add_name(Json& json, const ReportSubject& subject, std::int64_t image) {
  if (!subject.names.empty()) json["name"] = subject.names[image];
}

Json hardest_json(const ReportSubject& subject) {
  Json errors = Json::array();
  for (const Answer& answer : hardest_errors(subject.answers, kHardest)) {
    Json error = {{"image", answer.image},
                  {"true", answer.truth},
                  {"predicted", digit_json(answer.predicted)},
                  {"confidence", answer.confidence}};
    add_name(error, subject, answer.image);
    errors.push_back(std::move(error));
  }
  return errors;
}

Json confused_json(const ConfusionMatrix& confusion) {
  Json pairs = Json::array();
  for (const Confusable& pair : most_confused(confusion, kConfusedPairs)) {
    pairs.push_back({{"true", pair.truth}, {"predicted", pair.predicted}, {"count", pair.count}});
  }
  return pairs;
}

void add_shares(Json& json, const ConfusionMatrix& confusion) {
  Json rows = Json::array();
  Json unanswered = Json::array();
  for (int truth = 0; truth < confusion.classes(); ++truth) {
    Json row = Json::array();
    for (int predicted = 0; predicted < confusion.classes(); ++predicted) {
      row.push_back(ratio(confusion.count(truth, predicted), confusion.support(truth)));
    }
    rows.push_back(std::move(row));
    unanswered.push_back(ratio(confusion.unanswered(truth), confusion.support(truth)));
  }
  json["confusion_shares"] = std::move(rows);
  json["unanswered_shares"] = std::move(unanswered);
}

Json coverage_json(const std::vector<CoveragePoint>& curve) {
  Json points = Json::array();
  for (const CoveragePoint& point : curve) {
    points.push_back({{"threshold", point.threshold},
                      {"coverage", point.coverage},
                      {"accuracy", point.accuracy}});
  }
  return points;
}

Json trainings_json(const std::vector<TrainingRecord>& trainings) {
  Json runs = Json::array();
  for (const TrainingRecord& training : trainings) {
    Json epochs = Json::array();
    for (const TrainingEpoch& epoch : training.epochs) {
      epochs.push_back({{"epoch", epoch.epoch},
                        {"train_loss", epoch.train_loss},
                        {"validation_loss", epoch.validation_loss},
                        {"validation_accuracy", epoch.validation_accuracy},
                        {"learning_rate", epoch.learning_rate}});
    }
    runs.push_back({{"model", training.model}, {"epochs", std::move(epochs)}});
  }
  return runs;
}

// The images that only one model got right: what each model said.
Json changes_json(const ReportSubject& subject, const std::vector<std::int64_t>& images) {
  Json changes = Json::array();
  for (const std::int64_t image : images) {
    const Answer first = answer_to(subject.answers, image);
    const Answer second = answer_to(*subject.other_answers, image);
    Json change = {{"image", image},
                   {"true", first.truth},
                   {"first", digit_json(first.predicted)},
                   {"first_confidence", first.confidence},
                   {"second", digit_json(second.predicted)},
                   {"second_confidence", second.confidence}};
    add_name(change, subject, image);
    changes.push_back(std::move(change));
  }
  return changes;
}

Json report_object(const ReportSubject& subject, const std::vector<CoveragePoint>& curve) {
  const EvaluationResult& result = subject.result;
  Json json = evaluation_object(result);
  json["errors"] = result.images - result.confusion.correct();
  add_shares(json, result.confusion);
  json["most_confused"] = confused_json(result.confusion);
  json["hardest"] = hardest_json(subject);
  json["coverage_curve"] = coverage_json(curve);
  json["training"] = trainings_json(subject.trainings);
  json["environment"] = subject.environment;
  if (result.comparison) {
    const PairedComparison& paired = result.comparison->paired;
    Json& comparison = json["comparison"];
    comparison["only_first_count"] = paired.only_first.size();
    comparison["only_second_count"] = paired.only_second.size();
    if (subject.other_answers) {
      comparison["only_first_answers"] = changes_json(subject, paired.only_first);
      comparison["only_second_answers"] = changes_json(subject, paired.only_second);
    }
  }
  return json;
}

// --- report.html ---

void add_pictures(Json& list, const ReportSubject& subject) {
  for (Json& entry : list) {
    entry["picture"] =
        data_uri(chart::on_paper(subject.picture(entry["image"].get<std::int64_t>())));
  }
}

// Marks the points of the curve that a table shows: the first to reach each of a few shares.
void mark_listed(Json& curve) {
  for (const double share : {0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0}) {
    const auto point = std::ranges::find_if(
        curve, [share](const Json& p) { return p["coverage"].get<double>() >= share - 1e-12; });
    if (point != curve.end()) (*point)["listed"] = true;
  }
}

void prepare_comparison(Json& comparison, const ReportSubject& subject) {
  const PairedComparison& paired = subject.result.comparison->paired;
  comparison["significant"] = paired.p_value < kSignificance;
  comparison["first_is_better"] = paired.only_first.size() > paired.only_second.size();
  for (const std::string side : {"only_first", "only_second"}) {
    const bool known = comparison.contains(side + "_answers");
    const std::size_t count = known ? comparison[side + "_answers"].size() : 0;
    comparison[side + "_any"] = count > 0;
    comparison[side + "_cut"] = count > kShownChanges;
    if (!known) continue;
    Json& answers = comparison[side + "_answers"];  // taken now: new members move the others
    while (answers.size() > kShownChanges) answers.erase(answers.size() - 1);
    add_pictures(answers, subject);
  }
}

// {"a": 1, "b": {"c": 2}} -> rows "a", "b c", each with its value as text and its pointer.
void add_rows(Json& rows, const Json& object, const std::string& name, const std::string& pointer) {
  for (const auto& [key, value] : object.items()) {
    const std::string row_name = name + (name.empty() ? "" : " ") + key;
    const std::string row_pointer = pointer + '/' + key;
    if (value.is_object()) {
      add_rows(rows, value, row_name, row_pointer);
    } else {
      rows.push_back({{"name", row_name},
                      {"value", value.is_string() ? value : Json(value.dump())},
                      {"pointer", row_pointer}});
    }
  }
}

void prepare_trainings(Json& trainings, const ReportSubject& subject) {
  for (std::size_t i = 0; i < trainings.size(); ++i) {
    Json& charts = trainings[i]["charts"] = Json::array();
    for (const chart::Chart& drawing : training_curves(subject.trainings[i].epochs)) {
      charts.push_back(chart::inline_svg(drawing));
    }
  }
}

std::string page(const std::string& report, const ReportSubject& subject,
                 const std::vector<CoveragePoint>& curve) {
  Json values = Json::parse(report);
  const EvaluationResult& result = subject.result;
  values["style"] = std::string(kReportStyle) + chart::dark_style();
  values["charts"] = {
      {"confusion_counts", inline_svg(draw_confusion(result.confusion, chart::CellText::kCounts))},
      {"confusion_percent",
       inline_svg(draw_confusion(result.confusion, chart::CellText::kPercent))},
      {"reliability", inline_svg(chart::draw_reliability(result.reliability))},
      {"confidences", inline_svg(chart::draw_confidences(result.reliability))},
      {"coverage", inline_svg(chart::draw_coverage(curve, result.rejection))}};
  add_pictures(values["hardest"], subject);
  mark_listed(values["coverage_curve"]);
  prepare_trainings(values["training"], subject);
  if (values.contains("comparison")) prepare_comparison(values["comparison"], subject);
  for (const auto& [flag, list] : {std::pair{"has_confusions", "most_confused"},
                                   {"has_errors", "hardest"},
                                   {"has_training", "training"},
                                   {"has_sources", "per_source"}}) {
    values[flag] = values.contains(list) && !values[list].empty();
  }
  values["environment_rows"] = Json::array();
  add_rows(values["environment_rows"], values["environment"], "", "/environment");
  return render_template(kReportPage, values);
}

// --- hardest.png ---

std::string digit_word(std::optional<int> digit) { return digit ? std::to_string(*digit) : "none"; }

chart::Chart hardest_sheet(const ReportSubject& subject) {
  std::vector<chart::SheetPicture> pictures;
  for (const Answer& error : hardest_errors(subject.answers, kHardest)) {
    pictures.push_back(
        {.image = chart::on_paper(subject.picture(error.image)),
         .caption = std::to_string(error.truth) + " \u2192 " + digit_word(error.predicted),
         .note = fixed_text(100 * error.confidence, 1) + " %"});
  }
  const std::string title =
      pictures.empty() ? "No errors" : "Errors of highest confidence: true digit \u2192 predicted";
  return chart::contact_sheet(title, pictures, {.description = "The errors of highest confidence"});
}

chart::Chart confusion_sheet(const ConfusionMatrix& confusion) {
  return chart::side_by_side({draw_confusion(confusion, chart::CellText::kCounts),
                              draw_confusion(confusion, chart::CellText::kPercent)});
}

chart::Chart reliability_sheet(const std::vector<ReliabilityBin>& bins) {
  return chart::side_by_side({chart::draw_reliability(bins), chart::draw_confidences(bins)});
}

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

std::vector<ReportFile> evaluation_report(const ReportSubject& subject) {
  const std::vector<CoveragePoint> curve = coverage_of(subject.answers);
  const std::string report = pretty_json(report_object(subject, curve));
  return {{"report.json", bytes_of(report)},
          {"confusion.png", draw_png(confusion_sheet(subject.result.confusion))},
          {"reliability.png", draw_png(reliability_sheet(subject.result.reliability))},
          {"hardest.png", draw_png(hardest_sheet(subject))},
          {"report.html", bytes_of(page(report, subject, curve))}};
}

}  // namespace mnist
