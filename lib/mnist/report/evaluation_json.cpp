// nlohmann::json writes NaN as null, as undefined values should be, and a double with the digits
// that give the same double back.
#include "mnist/report/evaluation_json.h"

#include <nlohmann/json.hpp>

namespace mnist {
namespace {

using Json = nlohmann::ordered_json;  // keeps the order in which fields are documented

Json scores_json(const ClassScores& scores) {
  return {{"precision", scores.precision},
          {"recall", scores.recall},
          {"f1", scores.f1},
          {"support", scores.support}};
}

Json per_class_json(const std::vector<ClassScores>& classes) {
  Json rows = Json::array();
  for (const ClassScores& scores : classes) {
    Json row = {{"class", rows.size()}};
    row.update(scores_json(scores));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json interval_json(const Interval& interval) {
  return Json::array({interval.lower, interval.upper});
}

Json confusion_json(const ConfusionMatrix& confusion) {
  Json rows = Json::array();
  for (int truth = 0; truth < confusion.classes(); ++truth) {
    Json row = Json::array();
    for (int predicted = 0; predicted < confusion.classes(); ++predicted) {
      row.push_back(confusion.count(truth, predicted));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json unanswered_json(const ConfusionMatrix& confusion) {
  Json counts = Json::array();
  for (int truth = 0; truth < confusion.classes(); ++truth) {
    counts.push_back(confusion.unanswered(truth));
  }
  return counts;
}

Json reliability_json(const std::vector<ReliabilityBin>& bins) {
  Json rows = Json::array();
  for (const ReliabilityBin& bin : bins) {
    rows.push_back({{"lower", bin.lower},
                    {"upper", bin.upper},
                    {"count", bin.count},
                    {"confidence", bin.confidence},
                    {"accuracy", bin.accuracy},
                    {"accuracy_interval", interval_json(bin.accuracy_interval)}});
  }
  return rows;
}

Json per_source_json(const std::vector<SourceScores>& sources) {
  Json rows = Json::array();
  for (const SourceScores& scores : sources) {
    rows.push_back({{"source", scores.source},
                    {"images", scores.images},
                    {"accuracy", scores.accuracy},
                    {"accuracy_interval", interval_json(scores.accuracy_interval)}});
  }
  return rows;
}

Json rejection_json(const RejectionScores& rejection) {
  return {{"rejected", rejection.rejected},
          {"coverage", rejection.coverage},
          {"accuracy", rejection.accuracy}};
}

Json comparison_json(const ModelComparison& comparison) {
  const PairedComparison& paired = comparison.paired;
  return {{"model", comparison.model},        {"accuracy", comparison.accuracy},
          {"p_value", paired.p_value},        {"both_right", paired.both_right},
          {"both_wrong", paired.both_wrong},  {"only_first", paired.only_first},
          {"only_second", paired.only_second}};
}

std::string compact(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_table(const Json& json) {
  return json.is_array() && !json.empty() && json.front().is_structured();
}

std::string table_text(const Json& rows) {
  std::string text = "[";
  for (const Json& row : rows) {
    text += (&row == &rows.front() ? "\n    " : ",\n    ") + compact(row);
  }
  return text + "\n  ]";
}

}  // namespace

Json evaluation_object(const EvaluationResult& result) {
  Json json = {{"model", result.model},
               {"data", result.data},
               {"images", result.images},
               {"accuracy", result.accuracy},
               {"accuracy_interval", interval_json(result.accuracy_interval)},
               {"loss", result.loss},
               {"ece", result.ece},
               {"brier", result.brier},
               {"images_per_second", result.images_per_second},
               {"per_class", per_class_json(result.per_class)},
               {"macro", scores_json(result.macro)},
               {"weighted", scores_json(result.weighted)},
               {"confusion_matrix", confusion_json(result.confusion)},
               {"unanswered", unanswered_json(result.confusion)},
               {"reliability", reliability_json(result.reliability)}};
  if (result.rejection) json["rejection"] = rejection_json(*result.rejection);
  if (!result.per_source.empty()) {
    json["per_source"] = per_source_json(result.per_source);
    json["source_mean_accuracy"] = result.source_mean_accuracy;
  }
  if (result.comparison) json["comparison"] = comparison_json(*result.comparison);
  return json;
}

std::string pretty_json(const Json& object) {
  std::string text = "{";
  for (const auto& [key, value] : object.items()) {
    text += (text.size() == 1 ? "\n  " : ",\n  ") + compact(key) + ": ";
    text += is_table(value) ? table_text(value) : compact(value);
  }
  return text + "\n}\n";
}

std::string evaluation_json(const EvaluationResult& result) {
  return pretty_json(evaluation_object(result));
}

}  // namespace mnist
