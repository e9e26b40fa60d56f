// Lines over two axes. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mnist/report/chart/shapes.h"

namespace mnist::chart {

enum class Scale { kLinear, kLog };

struct Axis {
  std::string label{};
  // Where it begins and ends; derived from the data if not given.
  std::optional<double> low{};
  std::optional<double> high{};
  Scale scale = Scale::kLinear;
  bool percent = false;  // 0.25 is shown as 25
  bool whole = false;    // marks only at whole numbers: epochs
};

struct Series {
  std::string name{};           // in the legend; empty: not shown
  std::vector<Point> points{};  // in the units of the axes; a line breaks at a NaN
  Color color = Color::kFirst;
  bool dashed = false;
  bool dots = false;  // a dot at each point too; a point between gaps always has one
};

struct LineChart {
  std::string title{};
  Axis x{};
  Axis y{};
  std::vector<Series> series{};
  double width = 440.0;
  double height = 300.0;
};

// Values that are not finite, or not positive on a logarithmic axis, are left out; a series with no
// values left is also left out of the legend.
Chart draw(const LineChart& chart);

}  // namespace mnist::chart
