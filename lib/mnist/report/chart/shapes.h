// A chart as a list of shapes, whether it becomes SVG (svg.h) or pixels (raster.h): both show the
// same, because both are made from this. Plain values; thread-safe.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "mnist/image/image.h"
#include "mnist/report/chart/palette.h"

namespace mnist::chart {

// In units of about a pixel, (0, 0) at the drawing's top left.
struct Point {
  double x = 0.0;
  double y = 0.0;
};

struct Rectangle {
  Point corner{};  // top left
  double width = 0.0;
  double height = 0.0;
  Color fill = Color::kFirst;
  double opacity = 1.0;
  std::string hint{};  // shown when the reader points at the shape
};

struct Line {
  std::vector<Point> points{};
  Color color = Color::kFirst;
  double width = 1.0;
  bool dashed = false;
};

// The inside of a closed line.
struct Area {
  std::vector<Point> points{};
  Color fill = Color::kFirst;
  double opacity = 1.0;
};

struct Dot {
  Point center{};
  double radius = 2.5;
  Color fill = Color::kFirst;
  std::string hint{};
};

enum class Anchor { kStart, kMiddle, kEnd };

struct Text {
  Point at{};  // of the base line, at its start, middle or end
  std::string text{};
  double size = 11.0;
  Color color = Color::kText;
  Anchor anchor = Anchor::kStart;
  bool bold = false;
  bool upwards = false;  // turned to read from below
  std::string source{};  // JSON pointer of the value that it shows, if any
  std::string hint{};
};

// A small picture, enlarged without smoothing: its pixels are the point.
struct Picture {
  Point corner{};
  double width = 0.0;
  double height = 0.0;
  Image image{};
};

using Shape = std::variant<Rectangle, Line, Area, Dot, Text, Picture>;

struct Chart {
  double width = 0.0;
  double height = 0.0;
  std::string description{};  // for those who cannot see it
  std::vector<Shape> shapes{};
};

// `drawings` from left to right, aligned at the top, `gap` between them.
Chart side_by_side(const std::vector<Chart>& drawings, double gap = 16.0);

// About how wide `text` is in the fonts that are likely to show it.
double estimated_width(const std::string& text, double size);

}  // namespace mnist::chart
