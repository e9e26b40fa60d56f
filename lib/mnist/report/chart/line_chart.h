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
  // Where it begins and ends; found from the data where not given.
  std::optional<double> low{};
  std::optional<double> high{};
  Scale scale = Scale::kLinear;
  bool percent = false;  // 0.25 is shown as 25
  bool whole = false;    // marks at whole numbers alone: epochs
};

struct Series {
  std::string name{};           // in the legend; empty: not there
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

// What is not finite, or not positive on a logarithmic axis, is left out; so is, in the legend, a
// series of which nothing is left.
Chart draw(const LineChart& chart);

}  // namespace mnist::chart
