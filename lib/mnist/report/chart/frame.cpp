#include "mnist/report/chart/frame.h"

#include <algorithm>
#include <cmath>

namespace mnist::chart {
namespace {

constexpr double kLeft = 58.0;  // room for the marks and label of the y axis
constexpr double kRight = 20.0;
constexpr double kTop = 50.0;  // for title and legend
constexpr double kBottom = 42.0;
constexpr double kTitleSize = 13.0;
constexpr double kLabelSize = 11.0;

// How many marks an axis of this length has room for.
int mark_count(const PlacedAxis& axis) {
  const bool vertical = axis.end < axis.begin;
  return std::max(2, static_cast<int>(std::abs(axis.end - axis.begin) / (vertical ? 38 : 52)));
}

void add_legend(Chart& drawing, const std::vector<LegendEntry>& entries) {
  double x = kLeft;
  constexpr double kBaseLine = 38.0;
  for (const LegendEntry& entry : entries) {
    drawing.shapes.push_back(Line{.points = {{x, kBaseLine - 4}, {x + 16, kBaseLine - 4}},
                                  .color = entry.color,
                                  .width = 2.5,
                                  .dashed = entry.dashed});
    drawing.shapes.push_back(
        Text{.at = {x + 21, kBaseLine}, .text = entry.name, .size = kLabelSize});
    x += 21 + estimated_width(entry.name, kLabelSize) + 16;
  }
}

void add_horizontal_axis(Chart& drawing, const PlacedAxis& x, double top, double bottom) {
  for (const Tick& tick : x.ticks()) {
    const double at = x.place(tick.value);
    drawing.shapes.push_back(Line{.points = {{at, top}, {at, bottom}}, .color = Color::kGrid});
    drawing.shapes.push_back(Text{.at = {at, bottom + 15},
                                  .text = tick.label,
                                  .size = kLabelSize,
                                  .color = Color::kMuted,
                                  .anchor = Anchor::kMiddle});
  }
  drawing.shapes.push_back(Text{.at = {(x.begin + x.end) / 2, bottom + 33},
                                .text = x.axis.label,
                                .size = kLabelSize,
                                .color = Color::kMuted,
                                .anchor = Anchor::kMiddle});
}

void add_vertical_axis(Chart& drawing, const PlacedAxis& y, double left, double right) {
  for (const Tick& tick : y.ticks()) {
    const double at = y.place(tick.value);
    drawing.shapes.push_back(Line{.points = {{left, at}, {right, at}}, .color = Color::kGrid});
    drawing.shapes.push_back(Text{.at = {left - 6, at + 4},
                                  .text = tick.label,
                                  .size = kLabelSize,
                                  .color = Color::kMuted,
                                  .anchor = Anchor::kEnd});
  }
  drawing.shapes.push_back(Text{.at = {11, (y.begin + y.end) / 2},
                                .text = y.axis.label,
                                .size = kLabelSize,
                                .color = Color::kMuted,
                                .anchor = Anchor::kMiddle,
                                .upwards = true});
}

}  // namespace

double PlacedAxis::place(double value) const {
  const auto scaled = [this](double v) { return axis.scale == Scale::kLog ? std::log(v) : v; };
  const double low = scaled(range.low);
  return begin + (scaled(value) - low) / (scaled(range.high) - low) * (end - begin);
}

std::vector<Tick> PlacedAxis::ticks() const {
  if (axis.scale == Scale::kLog) {
    std::vector<Tick> ticks =
        log_ticks(axis.whole ? std::max(1.0, range.low) : range.low, range.high);
    if (ticks.size() > 1) return ticks;  // else the range is too short for marks at 1, 2 and 5
  }
  return linear_ticks(range.low, range.high, mark_count(*this), axis.percent, axis.whole);
}

Range range_of(const Axis& axis, const std::vector<double>& values) {
  const double nothing_yet = axis.scale == Scale::kLog ? 0.1 : 0.0;
  Range range{.low = axis.low.value_or(nothing_yet), .high = axis.high.value_or(1.0)};
  if (!values.empty()) {
    const auto [least, greatest] = std::ranges::minmax(values);
    range = {.low = axis.low.value_or(least), .high = axis.high.value_or(greatest)};
  }
  const double margin = std::max(std::abs(range.low) * 0.05, 1e-3);
  if (axis.scale == Scale::kLog) {
    // A little room on both sides: a line along an edge is hard to see.
    if (!axis.low) range.low /= 1.15;
    if (!axis.high) range.high *= 1.15;
    return range;
  }
  if (axis.whole && range.high - range.low < 1) return {range.low - 1, range.low + 1};
  if (!(range.low < range.high)) return {range.low - margin, range.low + margin};
  if (axis.whole) return range;
  const Range wide = widened(range, 5);
  return {.low = axis.low.value_or(wide.low), .high = axis.high.value_or(wide.high)};
}

Frame add_frame(Chart& drawing, const std::string& title, const std::vector<LegendEntry>& legend,
                const PlacedAxis& x, const PlacedAxis& y) {
  Frame frame{.x = x, .y = y};
  frame.x.begin = kLeft;
  frame.x.end = drawing.width - kRight;
  frame.y.begin = drawing.height - kBottom;
  frame.y.end = kTop;

  drawing.shapes.push_back(
      Text{.at = {kLeft, 17}, .text = title, .size = kTitleSize, .bold = true});
  add_legend(drawing, legend);
  add_horizontal_axis(drawing, frame.x, frame.y.end, frame.y.begin);
  add_vertical_axis(drawing, frame.y, frame.x.begin, frame.x.end);
  return frame;
}

}  // namespace mnist::chart
