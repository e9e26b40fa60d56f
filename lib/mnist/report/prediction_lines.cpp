// Text rounds (4 decimals) and shows a rejected digit as "?". JSON and CSV do not round, have null
// or nothing in place of a rejected digit, and keep its probabilities: a consumer that reads only
// `digit` cannot take a guess for an answer, and one that wants the guess still finds it.
#include "mnist/report/prediction_lines.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/base64.h"
#include "mnist/report/csv.h"
#include "mnist/report/number_text.h"
#include "mnist/report/prediction_values.h"

namespace mnist {
namespace {

using namespace reporting;
using Json = nlohmann::ordered_json;  // keeps the order in which fields are documented
using Layout = PredictionFormat::Layout;

// --- JSON ---

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

Json or_null(const char* word) { return word == nullptr ? Json() : Json(word); }

Json digit_json(const Prediction& prediction) {
  return accepted(prediction) ? Json(*prediction.digit) : Json();
}

Json topk_json(const Prediction& prediction, int topk) {
  Json classes = Json::array();
  for (const int label : best_classes(prediction, topk)) {
    classes.push_back({{"digit", label}, {"probability", prediction.probabilities[label]}});
  }
  return classes;
}

void add_outcome(Json& json, const Prediction& prediction, int topk) {
  json["digit"] = digit_json(prediction);
  json["confidence"] = prediction.confidence;
  json["acceptance"] = prediction.acceptance;
  json["probabilities"] = prediction.probabilities;
  json["reason"] = or_null(reason(prediction));
  if (topk > 0) json["topk"] = topk_json(prediction, topk);
}

void add_place(Json& json, const LocatedPrediction& located) {
  json["box"] = {located.box.x, located.box.y, located.box.width, located.box.height};
  json["row"] = located.row;
}

void add_outcome(Json& json, const PagePrediction& page, int topk) {
  json["digit"] = nullptr;
  json["confidence"] = confidence(page);
  json["probabilities"] = nullptr;
  json["reason"] = or_null(reason(page));
  json["text"] = page.digits.empty() ? "" : digit_text(page);
  json["digits"] = Json::array();
  for (const LocatedPrediction& digit : page.digits) {
    if (is_sign(digit)) continue;
    Json entry = {{"kind", to_string(digit.kind)}};
    add_outcome(entry, digit.prediction, topk);
    add_place(entry, digit);
    json["digits"].push_back(std::move(entry));
  }
  json["signs"] = Json::array();
  for (const LocatedPrediction& sign : page.signs) {
    Json entry = {{"kind", to_string(sign.kind)}, {"sign", sign_text(sign)}};
    add_place(entry, sign);
    json["signs"].push_back(std::move(entry));
  }
}

void add_outcome(Json& json, const ReadFailure& failure, int /*topk*/) {
  json["digit"] = nullptr;
  json["confidence"] = nullptr;
  json["probabilities"] = nullptr;
  json["reason"] = failure.reason;
}

std::span<const std::uint8_t> view_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// --- text ---

// A path as one field of a line: \t, \n, \r and \ itself become two characters each.
std::string escaped(std::string_view path) {
  std::string text;
  for (const char c : path) {
    switch (c) {
      case '\t':
        text += "\\t";
        break;
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\\':
        text += "\\\\";
        break;
      default:
        text += c;
    }
  }
  return text;
}

std::string confidence_text(const PredictionRecord& record) {
  if (const auto* page = std::get_if<PagePrediction>(&record.outcome)) {
    return score_text(confidence(*page));
  }
  return score_text(confidence(std::get<Prediction>(record.outcome)));
}

std::string tsv_line(const PredictionRecord& record, int topk) {
  std::string line =
      escaped(record.path) + '\t' + digit_text(record) + '\t' + confidence_text(record);
  if (const auto* prediction = std::get_if<Prediction>(&record.outcome)) {
    for (const int label : best_classes(*prediction, topk)) {
      line += '\t' + std::to_string(label) + '\t' + score_text(prediction->probabilities[label]);
    }
  }
  return line + '\n';
}

[[noreturn]] void reject_format(const std::string& what) {
  throw Error(ErrorKind::kUsage,
              what + " in the output format (known: %p %d %c %s %% \\t \\n \\\\)");
}

std::string escape_value(char name) {
  switch (name) {
    case 't':
      return "\t";
    case 'n':
      return "\n";
    case '\\':
      return "\\";
    default:
      reject_format(std::string("unknown escape \\") + name);
  }
}

std::string field_value(char name, const PredictionRecord& record) {
  switch (name) {
    case 'p':
      return record.path;
    case 'd':
      return digit_text(record);
    case 'c':
      return confidence_text(record);
    case 's':
      return to_string(status_of(record));
    case '%':
      return "%";
    default:
      reject_format(std::string("unknown field %") + name);
  }
}

std::string custom_line(std::string_view format, const PredictionRecord& record) {
  std::string line;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c != '%' && c != '\\') {
      line += c;
      continue;
    }
    if (++i == format.size()) reject_format(std::string("nothing after ") + c);
    line += c == '%' ? field_value(format[i], record) : escape_value(format[i]);
  }
  return line.ends_with('\n') ? line : line + '\n';
}

// --- CSV ---

std::string reason_text(const Prediction& prediction) {
  const char* word = reason(prediction);
  return word == nullptr ? "" : word;
}

std::string csv_header(const PredictionFormat& format) {
  std::vector<std::string> names = {"path", "status", "digit", "confidence", "reason"};
  if (format.all) names.insert(names.end(), {"row", "x", "y", "width", "height"});
  for (int label = 0; label < kClasses; ++label) names.push_back("p" + std::to_string(label));
  for (int rank = 1; rank <= format.topk; ++rank) {
    names.push_back("digit_" + std::to_string(rank));
    names.push_back("probability_" + std::to_string(rank));
  }
  names.push_back("acceptance");  // last, since it was added after the others had their places
  if (format.all) names.push_back("kind");
  return csv_line(names);
}

std::string csv_digit(const std::string& path, const Prediction& prediction,
                      const std::vector<std::string>& place, int topk,
                      const std::string& kind = "") {
  const bool is_digit = accepted(prediction);
  std::vector<std::string> fields = {
      path, to_string(is_digit ? PredictionStatus::kDigit : PredictionStatus::kRejected),
      is_digit ? std::to_string(*prediction.digit) : "", unrounded_text(prediction.confidence),
      reason_text(prediction)};
  fields.insert(fields.end(), place.begin(), place.end());
  for (const double probability : prediction.probabilities) {
    fields.push_back(unrounded_text(probability));
  }
  for (const int label : best_classes(prediction, topk)) {
    fields.push_back(std::to_string(label));
    fields.push_back(unrounded_text(prediction.probabilities[label]));
  }
  fields.push_back(unrounded_text(prediction.acceptance));
  if (!kind.empty()) fields.push_back(kind);
  return csv_line(fields);
}

// A picture without a digit: there is only a reason.
std::string csv_without_digit(const PredictionRecord& record, const std::string& why,
                              const PredictionFormat& format) {
  std::vector<std::string> fields = {record.path, to_string(status_of(record)), "", "", why};
  fields.resize(fields.size() + (format.all ? 6 : 0) + kClasses + 2 * format.topk + 1);
  return csv_line(fields);
}

std::string csv_page(const PredictionRecord& record, const PagePrediction& page,
                     const PredictionFormat& format) {
  if (page.digits.empty()) return csv_without_digit(record, reason(page), format);
  std::string lines;
  for (const LocatedPrediction& located : page.digits) {
    const Box& box = located.box;
    lines += csv_digit(record.path, located.prediction,
                       {std::to_string(located.row), std::to_string(box.x), std::to_string(box.y),
                        std::to_string(box.width), std::to_string(box.height)},
                       format.topk, to_string(located.kind));
  }
  return lines;
}

std::string csv_lines(const PredictionRecord& record, const PredictionFormat& format) {
  if (const auto* failure = std::get_if<ReadFailure>(&record.outcome)) {
    return csv_without_digit(record, failure->reason, format);
  }
  if (const auto* page = std::get_if<PagePrediction>(&record.outcome)) {
    return csv_page(record, *page, format);
  }
  return csv_digit(record.path, std::get<Prediction>(record.outcome), {}, format.topk);
}

}  // namespace

PagePrediction page_prediction(const Page& page, bool with_signs) {
  PagePrediction shown{.with_signs = with_signs};
  for (const Find& find : page.finds) {
    if (find.prediction.rejection == Rejection::kNotADigit) continue;
    const LocatedPrediction located{
        .prediction = find.prediction, .box = find.box, .row = find.row, .kind = find.kind};
    if (is_sign(located)) shown.signs.push_back(located);
    if (!is_sign(located) || with_signs) shown.digits.push_back(located);
  }
  return shown;
}

PredictionStatus status_of(const PredictionRecord& record) {
  if (std::holds_alternative<ReadFailure>(record.outcome)) return PredictionStatus::kError;
  if (const auto* prediction = std::get_if<Prediction>(&record.outcome)) {
    return accepted(*prediction) ? PredictionStatus::kDigit : PredictionStatus::kRejected;
  }
  const auto& digits = std::get<PagePrediction>(record.outcome).digits;
  const bool all_accepted = std::ranges::all_of(digits, [](const LocatedPrediction& located) {
    return is_sign(located) || accepted(located.prediction);
  });
  return all_accepted && !std::ranges::all_of(digits, is_sign) ? PredictionStatus::kDigit
                                                               : PredictionStatus::kRejected;
}

const char* to_string(PredictionStatus status) {
  switch (status) {
    case PredictionStatus::kDigit:
      return "digit";
    case PredictionStatus::kRejected:
      return "rejected";
    case PredictionStatus::kError:
      return "error";
  }
  return "unknown";
}

std::string digit_text(const PredictionRecord& record) {
  if (std::holds_alternative<ReadFailure>(record.outcome)) return "";
  if (const auto* page = std::get_if<PagePrediction>(&record.outcome)) return digit_text(*page);
  return digit_text(std::get<Prediction>(record.outcome));
}

std::string prediction_json(const PredictionRecord& record, int topk) {
  Json json = {{"path", record.path}};
  if (!is_utf8(record.path)) json["path_base64"] = base64(view_of(record.path));
  json["status"] = to_string(status_of(record));
  std::visit([&](const auto& outcome) { add_outcome(json, outcome, topk); }, record.outcome);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

PredictionFormatter::PredictionFormatter(PredictionFormat format) : format_(std::move(format)) {
  if (format_.topk < 0 || format_.topk > kClasses) {
    throw Error(ErrorKind::kUsage, "--topk must be between 0 and 10");
  }
  if (format_.topk > 0 && format_.layout == Layout::kCustom) {
    throw Error(ErrorKind::kUsage, "--topk cannot be used with --format");
  }
  if (format_.topk > 0 && format_.layout == Layout::kTsv && format_.all) {
    throw Error(ErrorKind::kUsage, "--topk with --all needs --jsonl, --json or --csv");
  }
  if (format_.layout == Layout::kCustom) {
    custom_line(format_.custom, {.path = "", .outcome = Prediction{}});  // is it valid?
  }
}

std::string PredictionFormatter::begin() const {
  if (format_.layout == Layout::kJson) return "[";
  return format_.layout == Layout::kCsv ? csv_header(format_) : "";
}

std::string PredictionFormatter::record(const PredictionRecord& record) {
  const bool read = !std::holds_alternative<ReadFailure>(record.outcome);
  switch (format_.layout) {
    case Layout::kTsv:
      return read ? tsv_line(record, format_.topk) : "";
    case Layout::kCustom:
      return read ? custom_line(format_.custom, record) : "";
    case Layout::kCsv:
      return csv_lines(record, format_);
    case Layout::kJsonl:
      return prediction_json(record, format_.topk) + '\n';
    case Layout::kJson:
      return (std::exchange(first_, false) ? "\n" : ",\n") + prediction_json(record, format_.topk);
  }
  return "";
}

std::string PredictionFormatter::end() const {
  if (format_.layout != Layout::kJson) return "";
  return first_ ? "]\n" : "\n]\n";
}

}  // namespace mnist
