// From a style to pixels:
//   1. A sample lies somewhere between the style's two extremes, and every knot trembles.
//   2. A Catmull-Rom spline runs through the knots, broken at corners, and is flattened.
//   3. The whole is bent, narrowed, slanted and turned, then fitted to the unit square.
//   4. A pixel's ink is how far its centre lies inside the stroke of a round pen: the distance d to
//      the nearest segment gives (radius - d) / softness + 1/2, cut to [0, 1].
#include "mnist/draw/handwriting.h"

#include <algorithm>
#include <charconv>
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

Style parse_style(std::string_view text, double share) {
  Style style{share, {{Path{}}}};
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    int x = 0;
    int y = 0;
    at = std::from_chars(at, end, x).ptr;
    at = std::from_chars(std::find_if(at, end, [](char c) { return c != ' '; }), end, y).ptr;
    Path& path = style.extremes.back().back();
    path.push_back({static_cast<double>(x), static_cast<double>(y)});
    for (; at < end && std::string_view("-0123456789").find(*at) == std::string_view::npos; ++at) {
      if (*at == '!') style.extremes.back().back().back().corner = true;
      if (*at == ';') style.extremes.back().emplace_back();
      if (*at == '|') style.extremes.push_back({Path{}});
    }
  }
  return style;
}

Glyph parse_styles(std::span<const std::string_view> texts) {
  Glyph glyph;
  for (const std::string_view text : texts) glyph.push_back(parse_style(text));
  return glyph;
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

std::vector<Path> between_extremes(const Style& style, Dice& dice) {
  const std::size_t count = style.extremes.size();
  std::vector<Path> paths = style.extremes.front();
  const auto move_towards = [&](const std::vector<Path>& other, double share) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      for (std::size_t k = 0; k < paths[i].size(); ++k) {
        paths[i][k].x += share * (other[i][k].x - paths[i][k].x);
        paths[i][k].y += share * (other[i][k].y - paths[i][k].y);
      }
    }
  };
  if (count == 2) move_towards(style.extremes[1], dice.uniform(-0.15, 1.15));
  if (count > 2) {
    // More often near an edge between two of them than in the middle of them all.
    const std::size_t first = dice.below(count);
    const std::size_t second = (first + 1 + dice.below(count - 1)) % count;
    paths = style.extremes[first];
    move_towards(style.extremes[second], dice.uniform(-0.1, 1.1));
    move_towards(style.extremes[dice.below(count)], dice.uniform(0.0, 0.4));
  }
  for (Path& path : paths) {
    for (Knot& knot : path) {
      knot.x /= 100;
      knot.y /= 100;
    }
  }
  return paths;
}

void tremble(std::vector<Path>& paths, double tremor, double stroke_shift, Dice& dice) {
  constexpr double kPersistence = 0.5;
  constexpr double kFar = 0.2;  // between knots
  for (Path& path : paths) {
    const double shift_x = dice.normal(0.0, stroke_shift);
    const double shift_y = dice.normal(0.0, stroke_shift);
    Point drift;
    Point last = {path.front().x, path.front().y - kFar};
    for (Knot& knot : path) {
      // A hand that strays comes back slowly: each knot keeps some of the last one's error. Small
      // parts, such as a loop or a hook, are drawn with more care.
      const double dx = knot.x - last.x;
      const double dy = knot.y - last.y;
      const double reach = tremor * std::min(1.0, std::sqrt(dx * dx + dy * dy) / kFar);
      last = {knot.x, knot.y};
      drift.x = kPersistence * drift.x + dice.normal(0.0, reach);
      drift.y = kPersistence * drift.y + dice.normal(0.0, reach);
      knot.x += shift_x + drift.x;
      knot.y += shift_y + drift.y;
    }
  }
}

std::vector<Stroke> write(const Style& style, const Hand& hand, Dice& dice) {
  std::vector<Path> paths = between_extremes(style, dice);
  const double tremor = hand.tremor * dice.uniform(0.4, 1.4);
  tremble(paths, tremor, hand.stroke_shift, dice);
  std::vector<Stroke> strokes;
  for (const Path& path : paths) strokes.push_back(flatten(path));
  return strokes;
}

void distort(std::vector<Stroke>& strokes, const Bend& bend) {
  // tan(angle / 2) gives a rotation using only rational numbers.
  const double half = bend.turn / 2;
  const double cosine = (1 - half * half) / (1 + half * half);
  const double sine = 2 * half / (1 + half * half);
  transform(strokes, [&](Point p) {
    const double u = p.x - 0.5;
    const double v = p.y - 0.5;
    const double x =
        bend.width * u * (1 + bend.taper * v) + bend.bow * (v * v - 0.125) - bend.slant * v;
    const double y = v + bend.balance * (v * v - 0.25);
    return Point{x * cosine - y * sine, x * sine + y * cosine};
  });
}

void distort(std::vector<Stroke>& strokes, const Hand& hand, Dice& dice) {
  Bend bend;
  bend.bow = dice.normal(0.0, 2 * hand.warp);
  bend.taper = dice.normal(0.0, 2 * hand.warp);
  bend.balance = dice.normal(0.0, 2 * hand.warp);
  bend.width = dice.uniform(hand.width_low, hand.width_high);
  bend.slant = dice.normal(0.5 * hand.slant, hand.slant);
  bend.turn = dice.normal(0.0, hand.turn);
  distort(strokes, bend);
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
  // Squared distances first, none beyond the reach: one square root per pixel is enough.
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
