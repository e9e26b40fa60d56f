#include "mnist/report/chart/line_chart.h"

#include <algorithm>
#include <cmath>

#include "mnist/report/chart/frame.h"
#include "mnist/report/number_text.h"

namespace mnist::chart {
namespace {

bool can_be_shown(double value, const Axis& axis) {
  return std::isfinite(value) && (axis.scale == Scale::kLinear || value > 0);
}

bool can_be_shown(Point point, const LineChart& chart) {
  return can_be_shown(point.x, chart.x) && can_be_shown(point.y, chart.y);
}

std::vector<double> shown_values(const LineChart& chart, double Point::*coordinate) {
  std::vector<double> values;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      if (can_be_shown(point, chart)) values.push_back(point.*coordinate);
    }
  }
  return values;
}

std::vector<LegendEntry> legend_of(const LineChart& chart) {
  std::vector<LegendEntry> entries;
  for (const Series& series : chart.series) {
    const bool any =
        std::ranges::any_of(series.points, [&](Point point) { return can_be_shown(point, chart); });
    if (any && !series.name.empty()) entries.push_back({series.name, series.color, series.dashed});
  }
  return entries;
}

std::string hint_of(const Series& series, Point point, const LineChart& chart) {
  return series.name + (series.name.empty() ? "" : ", ") + chart.x.label + ' ' +
         unrounded_text(point.x) + ": " + unrounded_text(point.y);
}

// The stretches of the series between points that cannot be shown.
std::vector<std::vector<Point>> stretches(const Series& series, const LineChart& chart) {
  std::vector<std::vector<Point>> all(1);
  for (const Point& point : series.points) {
    if (can_be_shown(point, chart)) {
      all.back().push_back(point);
    } else if (!all.back().empty()) {
      all.emplace_back();
    }
  }
  return all;
}

void add_series(Chart& drawing, const Series& series, const LineChart& chart, const Frame& frame) {
  for (const std::vector<Point>& stretch : stretches(series, chart)) {
    Line line{.color = series.color, .width = 2.0, .dashed = series.dashed};
    for (const Point& point : stretch) line.points.push_back(frame.place(point));
    if (line.points.size() > 1) drawing.shapes.push_back(line);
    if (!series.dots && line.points.size() != 1) continue;
    for (std::size_t i = 0; i < stretch.size(); ++i) {
      drawing.shapes.push_back(Dot{.center = line.points[i],
                                   .radius = line.points.size() == 1 ? 4.0 : 2.5,
                                   .fill = series.color,
                                   .hint = hint_of(series, stretch[i], chart)});
    }
  }
}

}  // namespace

Chart draw(const LineChart& chart) {
  Chart drawing{.width = chart.width,
                .height = chart.height,
                .description = chart.title + ": " + chart.y.label + " over " + chart.x.label};
  const Frame frame =
      add_frame(drawing, chart.title, legend_of(chart),
                {.axis = chart.x, .range = range_of(chart.x, shown_values(chart, &Point::x))},
                {.axis = chart.y, .range = range_of(chart.y, shown_values(chart, &Point::y))});
  for (const Series& series : chart.series) add_series(drawing, series, chart, frame);
  return drawing;
}

}  // namespace mnist::chart
