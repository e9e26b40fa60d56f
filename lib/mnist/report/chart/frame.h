// Internal: what charts stand on, and how values become places.
#pragma once

#include <string>
#include <vector>

#include "mnist/report/chart/line_chart.h"
#include "mnist/report/chart/shapes.h"
#include "mnist/report/chart/ticks.h"

namespace mnist::chart {

// From values of one axis to places in the drawing.
struct PlacedAxis {
  Axis axis{};
  Range range{};
  double begin = 0.0;  // the place of range.low
  double end = 1.0;    // the place of range.high

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

// What `axis` is told to show, or else a range around `values` that ends at marks.
Range range_of(const Axis& axis, const std::vector<double>& values);

// Gives `drawing` a title, a legend below it, and the axes with grid, marks and labels. The frame
// fills what is left of the drawing's width and height.
Frame add_frame(Chart& drawing, const std::string& title, const std::vector<LegendEntry>& legend,
                const PlacedAxis& x, const PlacedAxis& y);

}  // namespace mnist::chart
