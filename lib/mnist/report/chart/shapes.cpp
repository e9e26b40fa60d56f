#include "mnist/report/chart/shapes.h"

#include <algorithm>

namespace mnist::chart {
namespace {

void move(Point& point, double right) { point.x += right; }
void move(std::vector<Point>& points, double right) {
  for (Point& point : points) move(point, right);
}
void move(Rectangle& shape, double right) { move(shape.corner, right); }
void move(Line& shape, double right) { move(shape.points, right); }
void move(Area& shape, double right) { move(shape.points, right); }
void move(Dot& shape, double right) { move(shape.center, right); }
void move(Text& shape, double right) { move(shape.at, right); }
void move(Picture& shape, double right) { move(shape.corner, right); }

}  // namespace

Chart side_by_side(const std::vector<Chart>& drawings, double gap) {
  Chart all;
  for (const Chart& drawing : drawings) {
    const double left = all.width + (all.width > 0 ? gap : 0.0);
    for (Shape shape : drawing.shapes) {
      std::visit([left](auto& any) { move(any, left); }, shape);
      all.shapes.push_back(std::move(shape));
    }
    all.width = left + drawing.width;
    all.height = std::max(all.height, drawing.height);
    all.description += (all.description.empty() ? "" : "; ") + drawing.description;
  }
  return all;
}

double estimated_width(const std::string& text, double size) {
  constexpr double kMeanWidth = 0.56;  // of a letter, as a share of the font's size
  const auto letters = std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return kMeanWidth * size * static_cast<double>(letters);
}

}  // namespace mnist::chart
