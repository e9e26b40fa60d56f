// Internal: the frame of a chart, and how values become positions.
#pragma once

#include <string>
#include <vector>

#include "mnist/report/chart/line_chart.h"
#include "mnist/report/chart/shapes.h"
#include "mnist/report/chart/ticks.h"

namespace mnist::chart {

// From values on one axis to positions in the drawing.
struct PlacedAxis {
  Axis axis{};
  Range range{};
  double begin = 0.0;  // the position of range.low
  double end = 1.0;    // the position of range.high

  double place(double value) const;
  std::vector<Tick> ticks() const;
};

struct Frame {
  PlacedAxis x{};
  PlacedAxis y{};

  Point place(Point value) const { return {x.place(value.x), y.place(value.y)}; }
};

struct LegendEntry {
  std::string name{};
  Color color = Color::kFirst;
  bool dashed = false;
};

// The range that `axis` gives, or else one around `values` that ends at marks.
Range range_of(const Axis& axis, const std::vector<double>& values);

// Gives `drawing` a title, a legend below it, and the axes with grid, marks and labels. The frame
// fills the rest of the drawing's width and height.
Frame add_frame(Chart& drawing, const std::string& title, const std::vector<LegendEntry>& legend,
                const PlacedAxis& x, const PlacedAxis& y);

}  // namespace mnist::chart
