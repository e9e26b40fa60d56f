#include "mnist/report/training_curves.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/report/chart/line_chart.h"
#include "mnist/report/chart/svg.h"

namespace mnist {
namespace {

using chart::Axis;
using chart::Color;
using chart::LineChart;
using chart::Series;

// More dots than this would look like a thick line.
constexpr std::size_t kMostDots = 40;

// The columns that every metrics.jsonl has; any other is a figure of the task that was trained.
constexpr std::array<std::string_view, 7> kColumns = {
    "epoch",         "seconds",          "train_loss", "validation_loss", "validation_accuracy",
    "learning_rate", "images_per_second"};

TrainingEpoch parse_row(const nlohmann::json& row) {
  const auto number = [&row](const char* key) {
    const auto value = row.find(key);
    return value == row.end() || value->is_null() ? kUndefined : value->get<double>();
  };
  TrainingEpoch epoch{.epoch = row.at("epoch").get<std::int64_t>(),
                      .train_loss = number("train_loss"),
                      .validation_loss = number("validation_loss"),
                      .validation_accuracy = number("validation_accuracy"),
                      .learning_rate = number("learning_rate")};
  for (const auto& [name, value] : row.items()) {
    if (std::ranges::find(kColumns, name) == kColumns.end() && value.is_number()) {
      epoch.further[name] = value.get<double>();
    }
  }
  return epoch;
}

Series series_of(const std::vector<TrainingEpoch>& history, double TrainingEpoch::*value,
                 const std::string& name, Color color) {
  Series series{.name = name, .color = color, .dots = history.size() <= kMostDots};
  for (const TrainingEpoch& epoch : history) {
    series.points.push_back({static_cast<double>(epoch.epoch), epoch.*value});
  }
  return series;
}

bool has(const std::vector<TrainingEpoch>& history, double TrainingEpoch::*value) {
  return std::ranges::any_of(history,
                             [value](const TrainingEpoch& e) { return std::isfinite(e.*value); });
}

// One drawing for each further figure of any epoch.
std::vector<chart::Chart> further_curves(const std::vector<TrainingEpoch>& history,
                                         const Axis& epochs) {
  std::map<std::string, Series> curves;
  for (const TrainingEpoch& epoch : history) {
    for (const auto& [name, value] : epoch.further) {
      Series& curve = curves[name];
      curve.name = "validation";
      curve.color = Color::kSecond;
      curve.dots = history.size() <= kMostDots;
      curve.points.push_back({static_cast<double>(epoch.epoch), value});
    }
  }
  std::vector<chart::Chart> drawings;
  for (const auto& [name, curve] : curves) {
    std::string title = name;
    std::ranges::replace(title, '_', ' ');
    drawings.push_back(
        draw(LineChart{.title = title, .x = epochs, .y = {.label = title}, .series = {curve}}));
  }
  return drawings;
}

}  // namespace

std::vector<TrainingEpoch> parse_training_history(std::string_view metrics_jsonl) {
  std::vector<TrainingEpoch> history;
  for (int line = 1; !metrics_jsonl.empty(); ++line) {
    const std::size_t end = std::min(metrics_jsonl.find('\n'), metrics_jsonl.size());
    const std::string_view row = metrics_jsonl.substr(0, end);
    metrics_jsonl.remove_prefix(std::min(end + 1, metrics_jsonl.size()));
    if (row.empty()) continue;
    try {
      history.push_back(parse_row(nlohmann::json::parse(row)));
    } catch (const nlohmann::json::exception&) {
      throw Error(ErrorKind::kCorrupt, "line " + std::to_string(line) + " is not a row of metrics");
    }
  }
  return history;
}

std::vector<chart::Chart> training_curves(const std::vector<TrainingEpoch>& history) {
  const Axis epochs{.label = "epoch", .whole = true};
  std::vector<chart::Chart> drawings = {draw(LineChart{
      .title = "Loss",
      .x = epochs,
      .y = {.label = "nats per image", .scale = chart::Scale::kLog},
      .series = {
          series_of(history, &TrainingEpoch::train_loss, "training", Color::kFirst),
          series_of(history, &TrainingEpoch::validation_loss, "validation", Color::kSecond)}})};
  if (has(history, &TrainingEpoch::validation_accuracy)) {
    drawings.push_back(
        draw(LineChart{.title = "Accuracy",
                       .x = epochs,
                       .y = {.label = "per cent", .percent = true},
                       .series = {series_of(history, &TrainingEpoch::validation_accuracy,
                                            "validation", Color::kSecond)}}));
  }
  for (chart::Chart& drawing : further_curves(history, epochs)) {
    drawings.push_back(std::move(drawing));
  }
  if (has(history, &TrainingEpoch::learning_rate)) {
    drawings.push_back(draw(LineChart{
        .title = "Learning rate",
        .x = epochs,
        .y = {.label = "at the epoch's end", .low = 0.0},
        .series = {series_of(history, &TrainingEpoch::learning_rate, "", Color::kThird)}}));
  }
  return drawings;
}

std::string training_curves_svg(const std::vector<TrainingEpoch>& history) {
  return svg_document(chart::side_by_side(training_curves(history)));
}

}  // namespace mnist
