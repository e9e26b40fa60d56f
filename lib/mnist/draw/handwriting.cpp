// From a style to pixels:
//   1. A sample lies somewhere between the style's two extremes, and every knot trembles.
//   2. A Catmull-Rom spline runs through the knots, broken at corners, and is flattened.
//   3. The whole is bent, narrowed, slanted and turned, then fitted to the unit square.
//   4. A pixel's ink is how far its centre lies inside the stroke of a round pen: the distance d to
//      the nearest segment gives (radius - d) / softness + 1/2, cut to [0, 1].
#include "mnist/draw/handwriting.h"

#include <algorithm>
#include <cmath>

namespace mnist::pen {
namespace {

double squared_distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  const double along = (p.x - a.x) * dx + (p.y - a.y) * dy;
  const double t = length > 0.0 ? std::clamp(along / length, 0.0, 1.0) : 0.0;
  const double ex = a.x + t * dx - p.x;
  const double ey = a.y + t * dy - p.y;
  return ex * ex + ey * ey;
}

// Uniform Catmull-Rom (E. Catmull, R. Rom: "A class of local interpolating splines", 1974) through
// knots[first] … knots[last]; beyond its ends the curve's neighbours are mirrored.
void append_spline(const std::vector<Knot>& knots, std::size_t first, std::size_t last,
                   Stroke& stroke) {
  constexpr int kSteps = 8;
  const auto knot = [&](std::size_t i) { return Point{knots[i].x, knots[i].y}; };
  const auto mirrored = [](Point end, Point inner) {
    return Point{2 * end.x - inner.x, 2 * end.y - inner.y};
  };
  for (std::size_t i = first; i < last; ++i) {
    const Point b = knot(i);
    const Point c = knot(i + 1);
    const Point a = i > first ? knot(i - 1) : mirrored(b, c);
    const Point d = i + 1 < last ? knot(i + 2) : mirrored(c, b);
    const auto at = [](double p, double q, double r, double s, double t) {
      return q + t / 2 * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
    };
    for (int step = 1; step <= kSteps; ++step) {
      const double t = static_cast<double>(step) / kSteps;
      stroke.push_back({at(a.x, b.x, c.x, d.x, t), at(a.y, b.y, c.y, d.y, t)});
    }
  }
}

}  // namespace

Bounds bounds_of(const std::vector<Stroke>& strokes) {
  Bounds bounds;
  for (const Stroke& stroke : strokes) {
    for (const Point p : stroke) bounds.add(p);
  }
  return bounds;
}

void fit_unit_square(std::vector<Stroke>& strokes) {
  const Bounds bounds = bounds_of(strokes);
  const double side = bounds.longer_side();
  if (!(side > 0.0)) return;
  const Point centre = bounds.centre();
  transform(strokes, [&](Point p) {
    return Point{0.5 + (p.x - centre.x) / side, 0.5 + (p.y - centre.y) / side};
  });
}

Stroke flatten(const Path& path) {
  Stroke stroke = {{path.front().x, path.front().y}};
  std::size_t first = 0;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (!path[i].corner && i + 1 < path.size()) continue;
    append_spline(path, first, i, stroke);
    first = i;
  }
  return stroke;
}

const Style& pick_style(const Glyph& glyph, Dice& dice) {
  double total = 0.0;
  for (const Style& style : glyph) total += style.share;
  double rest = dice.uniform(0.0, total);
  for (const Style& style : glyph) {
    rest -= style.share;
    if (rest < 0.0) return style;
  }
  return glyph.back();
}

std::vector<Stroke> write(const Style& style, const Hand& hand, Dice& dice) {
  constexpr double kPersistence = 0.5;
  const double blend = dice.uniform(-0.15, 1.15);
  const double tremor = hand.tremor * dice.uniform(0.4, 1.4);
  std::vector<Stroke> strokes;
  for (std::size_t i = 0; i < style.from.size(); ++i) {
    const double shift_x = dice.normal(0.0, hand.stroke_shift);
    const double shift_y = dice.normal(0.0, hand.stroke_shift);
    Path path = style.from[i];
    Point drift;
    for (std::size_t k = 0; k < path.size(); ++k) {
      const Knot& other = style.to[i][k];
      path[k].x = (path[k].x + blend * (other.x - path[k].x)) / 100 + shift_x;
      path[k].y = (path[k].y + blend * (other.y - path[k].y)) / 100 + shift_y;
      // A hand that strays comes back slowly: each knot keeps some of the last one's error.
      drift.x = kPersistence * drift.x + dice.normal(0.0, tremor);
      drift.y = kPersistence * drift.y + dice.normal(0.0, tremor);
      path[k].x += drift.x;
      path[k].y += drift.y;
    }
    strokes.push_back(flatten(path));
  }
  return strokes;
}

void distort(std::vector<Stroke>& strokes, const Hand& hand, Dice& dice) {
  const double bow = dice.normal(0.0, 2 * hand.warp);      // ) or (
  const double taper = dice.normal(0.0, 2 * hand.warp);    // narrower above or below
  const double balance = dice.normal(0.0, 2 * hand.warp);  // the upper or the lower half is larger
  const double width = dice.uniform(hand.width_low, hand.width_high);
  const double slant = dice.normal(0.5 * hand.slant, hand.slant);
  // tan(angle / 2) gives a rotation by rational numbers alone.
  const double half = dice.normal(0.0, hand.turn) / 2;
  const double cosine = (1 - half * half) / (1 + half * half);
  const double sine = 2 * half / (1 + half * half);
  transform(strokes, [&](Point p) {
    const double u = p.x - 0.5;
    const double v = p.y - 0.5;
    const double x = width * u * (1 + taper * v) + bow * (v * v - 0.125) - slant * v;
    const double y = v + balance * (v * v - 0.25);
    return Point{x * cosine - y * sine, x * sine + y * cosine};
  });
}

std::vector<Stroke> cut(const std::vector<Stroke>& strokes, double height, bool keep_above) {
  std::vector<Stroke> kept;
  for (const Stroke& stroke : strokes) {
    bool pen_down = false;
    for (const Point p : stroke) {
      const bool inside = (p.y < height) == keep_above;
      if (inside && !pen_down) kept.emplace_back();
      if (inside) kept.back().push_back(p);
      pen_down = inside;
    }
  }
  return kept;
}

std::vector<double> coverage(const Drawing& drawing, const Placement& placement, int width,
                             int height, double softness) {
  const double reach = placement.scale * drawing.thickness / 2 + softness / 2;
  // Squared distances first, none beyond the reach: one square root a pixel is enough.
  std::vector<double> ink(static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
                          reach * reach);
  // The first pixel whose centre is not before `x`, within [0, size].
  const auto pixel = [](double x, int size) {
    return static_cast<int>(std::ceil(std::clamp(x - 0.5, 0.0, static_cast<double>(size))));
  };
  const auto draw_segment = [&](Point a, Point b) {
    const int left = pixel(std::min(a.x, b.x) - reach, width);
    const int right = pixel(std::max(a.x, b.x) + reach, width);
    const int top = pixel(std::min(a.y, b.y) - reach, height);
    const int bottom = pixel(std::max(a.y, b.y) + reach, height);
    for (int y = top; y < bottom; ++y) {
      double* row = ink.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
      for (int x = left; x < right; ++x) {
        row[x] = std::min(row[x], squared_distance({x + 0.5, y + 0.5}, a, b));
      }
    }
  };
  for (const Stroke& stroke : drawing.strokes) {
    if (stroke.empty()) continue;
    Point last = placement(stroke.front());
    if (stroke.size() == 1) draw_segment(last, last);
    for (std::size_t i = 1; i < stroke.size(); ++i) {
      const Point next = placement(stroke[i]);
      draw_segment(last, next);
      last = next;
    }
  }
  for (double& value : ink) value = std::clamp((reach - std::sqrt(value)) / softness, 0.0, 1.0);
  return ink;
}

}  // namespace mnist::pen
