// From style to pixels:
//   1. A style is a few knots that the pen passes, written down twice, as two extremes of one way
//   of
//      writing; a sample lies somewhere between (or slightly beyond), and every knot trembles.
//   2. A Catmull-Rom spline runs through the knots, broken at corners, and is flattened.
//   3. The whole is bent, narrowed, slanted and turned, then fitted to the unit square.
//   4. A pixel's ink is how far its centre lies inside the stroke of a round pen: the distance d to
//      the nearest segment gives (radius - d) / softness + 1/2, cut to [0, 1].
#include "mnist/data/generated_digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/random.h"

namespace mnist {
namespace {

// Never two throws among the arguments of one call: their order would be the compiler's.
class Dice {
 public:
  explicit Dice(std::mt19937_64& engine) : engine_(engine) {}

  double uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(engine_() >> 11) * 0x1p-53);
  }

  // The sum of twelve uniform numbers: a normal one for all purposes here, without libm, and never
  // further out than six standard deviations.
  double normal(double mean, double deviation) {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += uniform(0.0, 1.0);
    return mean + deviation * sum;
  }

  bool chance(double probability) { return uniform(0.0, 1.0) < probability; }

  std::size_t below(std::size_t bound) { return uniform_below(engine_, bound); }

 private:
  std::mt19937_64& engine_;
};

// --- Ways of writing ---------------------------------------------------------------------------

// A point of a style, in hundredths of the glyph's height.
struct Knot {
  double x = 0.0;
  double y = 0.0;
  bool corner = false;  // the pen turns on the spot
};
constexpr bool kCorner = true;

using Path = std::vector<Knot>;

// Both extremes have the same paths, knot by knot.
struct Style {
  double share;  // how often it is seen, relative to the glyph's other styles
  std::vector<Path> from;
  std::vector<Path> to;
};

using Glyph = std::vector<Style>;

// A style without extremes: all its variety is the hand's.
Style only(const std::vector<Path>& paths) { return {1.0, paths, paths}; }

// clang-format off
const Glyph& digit_glyph(int digit) {
  static const std::array<Glyph, kClasses> glyphs = {{
      // 0: wide and round to narrow and pointed; starts at the top, or with a hook that crosses.
      {{3,
        {{{54, 1}, {28, 6}, {8, 24}, {0, 50}, {8, 77}, {30, 95}, {54, 99}, {80, 91}, {98, 70},
          {100, 46}, {90, 20}, {72, 6}, {50, 2}}},
        {{{52, 1}, {40, 10}, {31, 28}, {27, 52}, {30, 78}, {38, 94}, {48, 99}, {59, 93}, {68, 74},
          {71, 48}, {68, 24}, {62, 8}, {53, 1}}}},
       {1,
        {{{78, 14}, {54, 3}, {28, 10}, {10, 32}, {5, 58}, {16, 84}, {42, 98}, {70, 90}, {88, 66},
          {86, 36}, {70, 14}, {44, 6}, {26, 14}}},
        {{{64, 16}, {52, 4}, {38, 8}, {27, 28}, {24, 56}, {30, 82}, {44, 97}, {58, 88}, {68, 64},
          {70, 36}, {66, 12}, {58, 0}, {50, -4}}}}},
      // 1: a bar; with a flag; with a flag and a foot.
      {{6,
        {{{50, 0}, {50, 33}, {50, 66}, {50, 100}}},
        {{{52, 0}, {47, 34}, {47, 68}, {52, 100}}}},
       {1.5,
        {{{42, 12}, {52, 0, kCorner}, {51, 32}, {50, 66}, {50, 100}}},
        {{{20, 32}, {52, 0, kCorner}, {51, 32}, {50, 66}, {50, 100}}}},
       {1,
        {{{38, 14}, {52, 0, kCorner}, {51, 50}, {50, 99}}, {{28, 100}, {50, 100}, {72, 99}}},
        {{{24, 28}, {52, 0, kCorner}, {51, 50}, {50, 99}}, {{8, 100}, {50, 100}, {92, 99}}}}},
      // 2: straight base; base with a flat loop, with a round one; a soft wave for a base.
      {{2,
        {{{10, 22}, {24, 6}, {48, 0}, {70, 9}, {76, 28}, {64, 52}, {38, 76}, {8, 98, kCorner},
          {46, 97}, {88, 96}}},
        {{{16, 16}, {30, 3}, {50, 1}, {66, 12}, {68, 30}, {58, 54}, {38, 78}, {14, 99, kCorner},
          {40, 98}, {70, 98}}}},
       {1.5,
        {{{8, 20}, {26, 4}, {54, 1}, {74, 14}, {74, 36}, {56, 62}, {32, 84}, {12, 92}, {6, 82},
          {18, 74}, {36, 82}, {58, 95}, {80, 98}, {98, 90}}},
        {{{14, 26}, {26, 8}, {48, 0}, {68, 10}, {70, 32}, {52, 62}, {28, 90}, {8, 98}, {4, 88},
          {14, 82}, {30, 86}, {50, 93}, {72, 96}, {94, 94}}}},
       {1.5,
        {{{10, 16}, {32, 1}, {58, 4}, {70, 24}, {64, 52}, {46, 82}, {22, 98}, {4, 90}, {6, 68},
          {28, 60}, {50, 72}, {68, 92}, {92, 98}}},
        {{{20, 10}, {38, 0}, {58, 8}, {64, 32}, {56, 60}, {38, 88}, {20, 97}, {10, 88}, {16, 76},
          {34, 74}, {52, 84}, {72, 92}, {98, 84}}}},
       {1,
        {{{10, 14}, {34, 1}, {62, 6}, {72, 26}, {60, 50}, {36, 74}, {10, 94, kCorner}, {32, 84},
          {58, 92}, {92, 94}}},
        {{{20, 26}, {32, 6}, {56, 1}, {74, 18}, {66, 46}, {40, 72}, {14, 96, kCorner}, {36, 92},
          {60, 98}, {84, 90}}}}},
      // 3: round with a sharp waist; flat-topped; round with a loop for a waist.
      {{3,
        {{{12, 14}, {32, 1}, {58, 2}, {74, 16}, {68, 34}, {50, 44}, {34, 47, kCorner}, {58, 49},
          {78, 60}, {84, 78}, {68, 95}, {40, 100}, {10, 90}}},
        {{{20, 8}, {40, 0}, {60, 4}, {68, 18}, {62, 34}, {50, 44}, {44, 47, kCorner}, {56, 50},
          {68, 60}, {72, 78}, {60, 94}, {38, 99}, {14, 98}}}},
       {1,
        {{{10, 4}, {44, 3}, {80, 2, kCorner}, {58, 22}, {36, 42, kCorner}, {62, 45}, {82, 60},
          {82, 82}, {62, 97}, {34, 99}, {8, 88}}},
        {{{16, 6}, {42, 2}, {70, 2, kCorner}, {52, 20}, {34, 38, kCorner}, {56, 42}, {72, 58},
          {72, 82}, {54, 96}, {34, 99}, {14, 94}}}},
       {1,
        {{{10, 10}, {34, 0}, {62, 4}, {76, 20}, {66, 38}, {44, 46}, {34, 42}, {44, 38}, {66, 50},
          {82, 68}, {74, 90}, {44, 100}, {8, 94}}},
        {{{16, 16}, {34, 3}, {56, 2}, {68, 14}, {62, 34}, {46, 48}, {34, 50}, {34, 42}, {56, 46},
          {72, 64}, {68, 86}, {44, 98}, {14, 92}}}}},
      // 4: open, two strokes; closed, two strokes; one stroke that comes back up.
      {{4,
        {{{18, 4}, {12, 30}, {14, 54}, {38, 60}, {70, 55}, {90, 52}},
         {{74, 2}, {72, 34}, {70, 68}, {68, 100}}},
        {{{26, 6}, {16, 34}, {10, 58, kCorner}, {34, 59}, {60, 58}, {84, 57}},
         {{66, 14}, {66, 42}, {65, 70}, {64, 100}}}},
       {1.5,
        {{{60, 0}, {34, 32}, {4, 66, kCorner}, {46, 66}, {94, 64}},
         {{62, 0}, {62, 34}, {61, 68}, {60, 100}}},
        {{{62, 4}, {42, 24}, {18, 50, kCorner}, {44, 54}, {82, 52}},
         {{68, 8}, {66, 38}, {65, 68}, {64, 100}}}},
       {2,
        {{{16, 2}, {8, 28}, {14, 48}, {40, 50}, {66, 40}, {80, 4, kCorner}, {76, 36}, {72, 68},
          {70, 100}}},
        {{{30, 8}, {20, 30}, {20, 50}, {40, 55}, {58, 46}, {66, 10, kCorner}, {65, 40}, {64, 70},
          {62, 100}}}}},
      // 5: the bar joined at a corner; the bar set on its own; an S in one sweep.
      {{2,
        {{{86, 2}, {54, 2}, {22, 3, kCorner}, {19, 24}, {14, 45, kCorner}, {42, 37}, {70, 46},
          {80, 68}, {68, 90}, {40, 99}, {8, 92}}},
        {{{64, 0}, {48, 3}, {30, 5, kCorner}, {26, 26}, {22, 46, kCorner}, {42, 44}, {58, 54},
          {64, 72}, {54, 90}, {36, 98}, {10, 98}}}},
       {2,
        {{{24, 8}, {20, 26}, {15, 46, kCorner}, {42, 38}, {70, 48}, {80, 70}, {66, 91}, {38, 99},
          {6, 90}},
         {{24, 8}, {52, 6}, {88, 0}}},
        {{{32, 6}, {28, 26}, {26, 44, kCorner}, {46, 46}, {62, 58}, {66, 76}, {54, 92}, {34, 98},
          {12, 96}},
         {{40, 2}, {66, -2}, {98, -8}}}},
       {2,
        {{{84, 4}, {54, 2}, {30, 12}, {24, 32}, {42, 44}, {64, 54}, {74, 74}, {60, 94}, {34, 100},
          {8, 92}}},
        {{{78, 0}, {58, 6}, {42, 18}, {34, 36}, {48, 48}, {60, 60}, {62, 78}, {48, 94}, {28, 98},
          {10, 94}}}}},
      // 6: a curved to a straight stem, a large to a small loop; an arched stem; a wide low bowl
      // within which the pen ends.
      {{3,
        {{{68, 2}, {42, 16}, {22, 42}, {13, 70}, {24, 93}, {48, 99}, {70, 86}, {70, 66}, {50, 54},
          {30, 62}, {18, 80}}},
        {{{44, 0}, {34, 22}, {26, 48}, {22, 74}, {28, 93}, {42, 99}, {55, 90}, {58, 74}, {48, 64},
          {36, 70}, {26, 84}}}},
       {1,
        {{{80, 10}, {58, 2}, {34, 14}, {18, 42}, {14, 72}, {28, 95}, {52, 98}, {72, 82}, {68, 62},
          {46, 52}, {20, 62}}},
        {{{64, 0}, {50, 10}, {36, 30}, {24, 56}, {22, 80}, {34, 97}, {54, 96}, {66, 80}, {60, 66},
          {44, 68}, {26, 86}}}},
       {1.5,
        {{{34, 0}, {16, 24}, {6, 54}, {10, 84}, {34, 99}, {64, 96}, {86, 76}, {84, 52}, {64, 44},
          {46, 58}, {42, 80}, {50, 96}}},
        {{{40, 0}, {28, 26}, {18, 54}, {18, 82}, {34, 98}, {58, 96}, {74, 80}, {74, 60}, {60, 54},
          {46, 64}, {38, 80}, {36, 92}}}}},
      // 7: a sharp corner; a soft one; with a serif; with a bar across.
      {{3,
        {{{6, 8}, {46, 7}, {88, 4, kCorner}, {66, 36}, {48, 68}, {38, 100}}},
        {{{18, 6}, {44, 5}, {70, 2, kCorner}, {64, 34}, {58, 66}, {52, 100}}}},
       {2,
        {{{6, 16}, {32, 6}, {64, 4}, {78, 14}, {66, 40}, {50, 70}, {40, 100}}},
        {{{22, 12}, {40, 3}, {60, 2}, {70, 14}, {66, 42}, {60, 70}, {58, 100}}}},
       {1,
        {{{8, 34}, {10, 8, kCorner}, {44, 8}, {84, 5, kCorner}, {64, 36}, {48, 68}, {40, 100}}},
        {{{20, 18}, {22, 4, kCorner}, {44, 5}, {70, 2, kCorner}, {62, 34}, {56, 66}, {52, 100}}}},
       {1.5,
        {{{10, 8}, {46, 8}, {86, 4, kCorner}, {64, 36}, {48, 68}, {38, 100}},
         {{20, 54}, {54, 52}, {90, 50}}},
        {{{20, 4}, {46, 5}, {72, 2, kCorner}, {64, 36}, {56, 68}, {52, 100}},
         {{40, 46}, {60, 45}, {80, 42}}}}},
      // 8: an S that closes; an S that stays open at the top; two rounds, one upon the other; from
      // the middle.
      {{3,
        {{{74, 12}, {52, 0}, {28, 8}, {22, 26}, {40, 44}, {66, 58}, {82, 80}, {60, 98}, {30, 97},
          {14, 80}, {30, 60}, {58, 42}, {78, 24}, {74, 8}}},
        {{{66, 16}, {54, 2}, {40, 6}, {34, 22}, {44, 44}, {58, 62}, {62, 84}, {50, 99}, {36, 95},
          {32, 76}, {42, 56}, {56, 38}, {66, 18}, {60, 4}}}},
       {1.5,
        {{{70, 6}, {46, 2}, {22, 10}, {20, 28}, {42, 46}, {64, 62}, {70, 82}, {54, 98}, {32, 96},
          {24, 80}, {38, 60}, {60, 42}, {86, 18}}},
        {{{62, 10}, {48, 3}, {32, 10}, {30, 28}, {44, 46}, {56, 64}, {54, 86}, {40, 99}, {28, 92},
          {30, 76}, {42, 58}, {58, 38}, {72, 10}}}},
       {1,
        {{{50, 46}, {28, 38}, {24, 18}, {42, 1}, {64, 4}, {76, 22}, {66, 40}, {48, 46}},
         {{50, 46}, {24, 58}, {16, 80}, {36, 98}, {66, 96}, {84, 76}, {74, 56}, {50, 47}}},
        {{{50, 42}, {38, 34}, {34, 18}, {44, 2}, {58, 3}, {66, 18}, {62, 34}, {50, 43}},
         {{50, 44}, {36, 56}, {32, 78}, {42, 97}, {58, 97}, {70, 78}, {64, 56}, {50, 44}}}},
       {1,
        {{{48, 48}, {26, 36}, {24, 14}, {48, 0}, {74, 12}, {72, 34}, {48, 50}, {22, 66}, {18, 88},
          {46, 100}, {76, 88}, {76, 64}, {48, 46}}},
        {{{48, 46}, {38, 32}, {36, 12}, {50, 1}, {66, 10}, {64, 32}, {48, 48}, {36, 64}, {34, 88},
          {46, 99}, {60, 90}, {60, 66}, {48, 46}}}}},
      // 9: a closed head and a straight tail; a curved tail; a narrow head, drawn through.
      {{3,
        {{{76, 14}, {54, 2}, {28, 7}, {14, 26}, {24, 46}, {48, 46}, {68, 32}, {78, 10, kCorner},
          {76, 38}, {72, 70}, {70, 100}}},
        {{{66, 12}, {54, 3}, {40, 8}, {30, 26}, {34, 42}, {48, 42}, {58, 28}, {66, 10, kCorner},
          {62, 38}, {58, 70}, {54, 100}}}},
       {1.5,
        {{{74, 16}, {52, 1}, {26, 8}, {14, 28}, {24, 48}, {50, 48}, {72, 32}, {78, 18}, {80, 50},
          {70, 84}, {44, 99}, {16, 92}}},
        {{{66, 14}, {52, 2}, {36, 8}, {28, 26}, {34, 44}, {50, 44}, {62, 30}, {68, 16}, {68, 48},
          {62, 80}, {46, 98}, {26, 96}}}},
       {1.5,
        {{{68, 8}, {44, 2}, {22, 16}, {18, 36}, {36, 48}, {60, 38}, {74, 16}, {66, 44}, {54, 72},
          {44, 100}}},
        {{{60, 8}, {46, 6}, {34, 20}, {32, 36}, {44, 42}, {56, 30}, {64, 10}, {63, 40}, {62, 70},
          {62, 100}}}}},
  }};
  return glyphs[static_cast<std::size_t>(digit)];
}

// Letters that nobody writes like a digit.
const Glyph& letter_glyph() {
  static const Glyph letters = {
      // A E F H K
      only({{{6, 100}, {28, 50}, {48, 0, kCorner}, {70, 50}, {92, 100}}, {{20, 66}, {78, 64}}}),
      only({{{14, 0}, {14, 100}}, {{14, 2}, {76, 0}}, {{14, 48}, {66, 47}}, {{14, 98}, {78, 98}}}),
      only({{{14, 0}, {14, 100}}, {{14, 2}, {76, 0}}, {{14, 48}, {64, 47}}}),
      only({{{14, 0}, {14, 100}}, {{82, 0}, {82, 100}}, {{14, 50}, {82, 48}}}),
      only({{{16, 0}, {16, 100}}, {{82, 2}, {16, 56, kCorner}, {84, 100}}}),
      // M N R W X
      only({{{6, 100}, {14, 0, kCorner}, {50, 66, kCorner}, {86, 0, kCorner}, {94, 100}}}),
      only({{{12, 100}, {14, 0, kCorner}, {82, 100, kCorner}, {84, 0}}}),
      only({{{16, 100}, {16, 0}},
            {{16, 2}, {58, 2}, {78, 20}, {60, 42}, {16, 50, kCorner}, {80, 100}}}),
      only({{{4, 0}, {24, 100, kCorner}, {50, 30, kCorner}, {76, 100, kCorner}, {96, 0}}}),
      only({{{8, 0}, {88, 100}}, {{88, 0}, {8, 100}}}),
      // m h
      only({{{16, 30}, {18, 96, kCorner}, {24, 50}, {40, 32}, {50, 48}, {50, 96, kCorner},
             {56, 50}, {74, 32}, {84, 48}, {86, 98}}}),
      only({{{16, 0}, {16, 100}}, {{16, 64}, {40, 42}, {66, 48}, {72, 70}, {74, 100}}}),
  };
  return letters;
}

const Glyph& symbol_glyph() {
  static const Glyph symbols = {
      // plus, asterisk, tick, arrow, hash, equals, chevrons
      only({{{50, 6}, {50, 94}}, {{4, 50}, {96, 50}}}),
      only({{{14, 26}, {86, 74}}, {{86, 26}, {14, 74}}, {{50, 4}, {50, 96}}}),
      only({{{4, 56}, {34, 96, kCorner}, {98, 4}}}),
      only({{{2, 50}, {96, 50}}, {{66, 22}, {98, 50, kCorner}, {66, 80}}}),
      only({{{34, 2}, {28, 98}}, {{72, 2}, {66, 98}}, {{4, 34}, {96, 32}}, {{2, 68}, {94, 66}}}),
      only({{{6, 36}, {94, 36}}, {{6, 66}, {94, 66}}}),
      only({{{6, 8}, {46, 50, kCorner}, {6, 92}}, {{50, 8}, {92, 50, kCorner}, {50, 92}}}),
      // window, triangle, star, spiral, wave
      only({{{6, 6}, {94, 6, kCorner}, {94, 94, kCorner}, {6, 94, kCorner}, {6, 4}},
            {{50, 6}, {50, 94}}, {{6, 50}, {94, 50}}}),
      only({{{50, 4}, {96, 92, kCorner}, {4, 92, kCorner}, {50, 4}}}),
      only({{{18, 98}, {50, 2, kCorner}, {82, 98, kCorner}, {2, 36, kCorner}, {98, 36, kCorner},
             {18, 98}}}),
      only({{{50, 50}, {58, 44}, {64, 54}, {52, 66}, {36, 58}, {36, 36}, {58, 24}, {80, 40},
             {80, 70}, {54, 88}, {22, 76}, {12, 42}, {30, 10}, {68, 2}}}),
      only({{{2, 58}, {16, 42}, {34, 42}, {50, 52}, {66, 60}, {84, 58}, {98, 42}}}),
  };
  return symbols;
}
// clang-format on

// --- Strokes -----------------------------------------------------------------------------------

struct Bounds {
  double left = std::numeric_limits<double>::infinity();
  double top = left;
  double right = -left;
  double bottom = -left;

  void add(Point p) {
    left = std::min(left, p.x);
    top = std::min(top, p.y);
    right = std::max(right, p.x);
    bottom = std::max(bottom, p.y);
  }
  bool empty() const { return left > right; }
  double longer_side() const { return std::max(right - left, bottom - top); }
  Point centre() const { return {(left + right) / 2, (top + bottom) / 2}; }
};

Bounds bounds_of(const std::vector<Stroke>& strokes) {
  Bounds bounds;
  for (const Stroke& stroke : strokes) {
    for (const Point p : stroke) bounds.add(p);
  }
  return bounds;
}

template <typename Map>
void transform(std::vector<Stroke>& strokes, const Map& map) {
  for (Stroke& stroke : strokes) {
    for (Point& p : stroke) p = map(p);
  }
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

// How a hand departs from its model. Lengths are in units of the glyph's height.
struct Hand {
  double tremor = 0.0;        // standard deviation of each knot
  double stroke_shift = 0.0;  // of each stroke as a whole
  double warp = 0.0;          // of the bending
  double width_low = 1.0;     // the glyph is narrowed or widened by a factor between these
  double width_high = 1.0;
  double slant = 0.0;  // standard deviation of the shear; its mean leans to the right
  double turn = 0.0;   // of the rotation, in radians
};
constexpr Hand kDigitHand = {0.030, 0.020, 0.10, 0.70, 1.30, 0.28, 0.10};
constexpr Hand kCarefulHand = {0.030, 0.010, 0.05, 0.80, 1.20, 0.10, 0.08};

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

// Bends, narrows, slants and turns the glyph about its middle.
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

Drawing draw_glyph(const Glyph& glyph, const Hand& hand, Dice& dice) {
  Drawing drawing;
  drawing.strokes = write(pick_style(glyph, dice), hand, dice);
  distort(drawing.strokes, hand, dice);
  fit_unit_square(drawing.strokes);
  drawing.thickness = std::clamp(dice.normal(0.172, 0.045), 0.08, 0.32);
  return drawing;
}

Drawing draw_any_digit(Dice& dice) {
  return draw_glyph(digit_glyph(static_cast<int>(dice.below(kClasses))), kDigitHand, dice);
}

// --- What is no digit --------------------------------------------------------------------------

// A line through `centre` whose direction is at most `steepness` (rise over run) off the
// horizontal.
Stroke line(Point centre, double length, double steepness) {
  const double half = length / 2 / std::sqrt(1 + steepness * steepness);
  return {{centre.x - half, centre.y - half * steepness},
          {centre.x + half, centre.y + half * steepness}};
}

std::vector<Stroke> lines(Dice& dice) {
  std::vector<Stroke> strokes;
  const std::size_t count = 1 + dice.below(3);
  const double steepness = dice.uniform(-0.7, 0.7);
  for (std::size_t i = 0; i < count; ++i) {
    const double y = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    const Point centre = {0.5 + dice.normal(0.0, 0.05), y + dice.normal(0.0, 0.04)};
    const double length = dice.uniform(0.6, 1.0);
    strokes.push_back(line(centre, length, steepness + dice.normal(0.0, 0.05)));
  }
  fit_unit_square(strokes);
  return strokes;
}

std::vector<Stroke> dots(Dice& dice) {
  std::vector<Stroke> strokes;
  const std::size_t count = 2 + dice.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    const double x = dice.uniform(0.0, 1.0);
    strokes.push_back({{x, dice.uniform(0.0, 1.0)}});
  }
  return strokes;
}

// Points so close together that the pen's discs melt into one uneven spot.
std::vector<Stroke> blob(Dice& dice, double pen) {
  Stroke stroke;
  for (int i = 0; i < 6; ++i) {
    const double x = dice.normal(0.5, pen / 3);
    stroke.push_back({x, dice.normal(0.5, pen / 3)});
  }
  return {stroke};
}

std::vector<Stroke> scribble(Dice& dice) {
  Path path(14 + dice.below(20));
  Point at = {0.5, 0.5};
  Point step;
  for (Knot& knot : path) {
    // Inertia keeps the way round, a pull to the middle keeps it on the paper.
    step.x = 0.6 * step.x + dice.normal(0.0, 0.18) + 0.3 * (0.5 - at.x);
    step.y = 0.6 * step.y + dice.normal(0.0, 0.18) + 0.3 * (0.5 - at.y);
    at.x += step.x;
    at.y += step.y;
    knot = {at.x, at.y};
  }
  std::vector<Stroke> strokes = {flatten(path)};
  fit_unit_square(strokes);
  return strokes;
}

std::vector<Stroke> hatching(Dice& dice) {
  const std::size_t turns = 8 + dice.below(14);
  const double corners = dice.uniform(0.0, 1.0);
  Path path;
  for (std::size_t i = 0; i < turns; ++i) {
    const double x = (i % 2 == 0 ? 0.1 : 0.9) + dice.normal(0.0, 0.06);
    const double y = static_cast<double>(i) / static_cast<double>(turns - 1);
    path.push_back({x, y + dice.normal(0.0, 0.03), dice.chance(corners)});
  }
  std::vector<Stroke> strokes = {flatten(path)};
  distort(strokes, {.width_low = 0.5, .width_high = 1.2, .slant = 0.3, .turn = 0.5}, dice);
  fit_unit_square(strokes);
  return strokes;
}

// What of the strokes lies above `height`, or below it.
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

Drawing part_of_digit(Dice& dice) {
  struct Half {
    int digit;
    bool upper;
  };
  constexpr std::array kHalves = {Half{0, true}, Half{0, false}, Half{2, true}, Half{4, true},
                                  Half{5, true}};
  const Half half = kHalves[dice.below(kHalves.size())];
  Drawing drawing = draw_glyph(digit_glyph(half.digit), kDigitHand, dice);
  drawing.strokes = cut(drawing.strokes, dice.uniform(0.40, 0.50), half.upper);
  fit_unit_square(drawing.strokes);
  return drawing;
}

Drawing several_digits(Dice& dice) {
  const std::size_t count = 2 + dice.below(2);
  std::vector<Drawing> row;
  for (std::size_t i = 0; i < count; ++i) {
    const Drawing digit = draw_any_digit(dice);
    const double x = static_cast<double>(i) * dice.uniform(0.75, 1.0);
    const double y = dice.normal(0.0, 0.06);
    row.push_back(place(digit, {x, y}, dice.uniform(0.8, 1.0)));
  }
  Drawing drawing = combine(row);
  const double side = bounds_of(drawing.strokes).longer_side();
  fit_unit_square(drawing.strokes);
  drawing.thickness /= side;
  return drawing;
}

// --- Pixels ------------------------------------------------------------------------------------

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

// From the drawing's coordinates to pixels: (x, y) -> (left + scale * x, top + scale * y).
struct Placement {
  double left;
  double top;
  double scale;

  Point operator()(Point p) const { return {left + scale * p.x, top + scale * p.y}; }
};

// The ink of every pixel, 0 to 1, row by row; a pixel's centre lies half a pixel right of and below
// its corner. `softness` is how many pixels the outline takes from ink to paper.
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

// Of a digit's 28x28 pixels.
Point centre_of_mass(const std::vector<double>& ink) {
  double mass = 0.0;
  Point moment;
  auto value = ink.begin();
  for (int y = 0; y < kDigitSide; ++y) {
    for (int x = 0; x < kDigitSide; ++x, ++value) {
      mass += *value;
      moment.x += *value * (x + 0.5);
      moment.y += *value * (y + 0.5);
    }
  }
  return {moment.x / mass, moment.y / mass};
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

}  // namespace

Drawing draw_digit(int digit, std::mt19937_64& engine) {
  if (digit < 0 || digit >= kClasses) {
    throw Error(ErrorKind::kUsage, "cannot draw the digit " + std::to_string(digit));
  }
  Dice dice(engine);
  return draw_glyph(digit_glyph(digit), kDigitHand, dice);
}

Drawing draw_non_digit(NonDigit kind, std::mt19937_64& engine) {
  Dice dice(engine);
  const double pen = dice.uniform(0.10, 0.20);
  switch (kind) {
    case NonDigit::kLetter:
      return draw_glyph(letter_glyph(), kCarefulHand, dice);
    case NonDigit::kSymbol:
      return draw_glyph(symbol_glyph(), kCarefulHand, dice);
    case NonDigit::kLines:
      return {lines(dice), pen};
    case NonDigit::kDots:
      if (dice.chance(0.3)) return {blob(dice, pen), pen};
      return {dots(dice), pen};
    case NonDigit::kScribble:
      return {scribble(dice), pen};
    case NonDigit::kHatching:
      return {hatching(dice), pen};
    case NonDigit::kPartOfDigit:
      return part_of_digit(dice);
    case NonDigit::kSeveralDigits:
      return several_digits(dice);
  }
  throw Error(ErrorKind::kUsage, "no such kind of drawing");
}

Drawing draw_non_digit(std::mt19937_64& engine) {
  return draw_non_digit(static_cast<NonDigit>(uniform_below(engine, kNonDigits)), engine);
}

Drawing place(const Drawing& drawing, Point offset, double scale) {
  Drawing placed = drawing;
  transform(placed.strokes, Placement{offset.x, offset.y, scale});
  placed.thickness *= scale;
  return placed;
}

Drawing combine(const std::vector<Drawing>& parts) {
  Drawing all;
  if (!parts.empty()) all.thickness = parts.front().thickness;
  for (const Drawing& part : parts) {
    all.strokes.insert(all.strokes.end(), part.strokes.begin(), part.strokes.end());
  }
  return all;
}

Digit render_digit(const Drawing& drawing) {
  constexpr double kBox = 20.0;
  constexpr double kMiddle = 0.5 * kDigitSide + 0.5;
  // MNIST's digits were shrunk from black-and-white scans: their outlines fade over about this.
  constexpr double kSoftness = 1.5;
  Digit digit;
  const Bounds bounds = bounds_of(drawing.strokes);
  const double side = bounds.longer_side() + drawing.thickness;
  if (bounds.empty() || !(side > 0.0)) return digit;

  const auto render = [&](const Placement& placement) {
    return coverage(drawing, placement, kDigitSide, kDigitSide, kSoftness);
  };
  const double scale = (kBox - kSoftness) / side;
  const Point box = bounds.centre();
  Placement placement = {kMiddle - scale * box.x, kMiddle - scale * box.y, scale};
  const Point mass = centre_of_mass(render(placement));
  placement.left += kMiddle - mass.x;
  placement.top += kMiddle - mass.y;
  const std::vector<double> ink = render(placement);
  std::transform(ink.begin(), ink.end(), digit.ink.begin(),
                 [](double value) { return static_cast<float>(to_byte(255 * value)) / 255.0F; });
  return digit;
}

Image render_picture(const Drawing& drawing, const PictureOptions& options) {
  if (options.width <= 0 || options.height <= 0) {
    throw Error(ErrorKind::kUsage, "a picture needs a width and a height");
  }
  const std::vector<double> ink = coverage(drawing, {options.left, options.top, options.unit},
                                           options.width, options.height, 1.0);
  Image picture;
  picture.width = options.width;
  picture.height = options.height;
  picture.pixels.reserve(ink.size());
  std::mt19937_64 engine(options.noise_seed);
  Dice dice(engine);
  for (int y = 0; y < options.height; ++y) {
    for (int x = 0; x < options.width; ++x) {
      const double way = ((x + 0.5) / options.width + (y + 0.5) / options.height) / 2;
      const double surface =
          options.paper + ink[picture.pixels.size()] * (options.ink - options.paper);
      const double noise = options.noise > 0.0 ? dice.normal(0.0, options.noise) : 0.0;
      picture.pixels.push_back(to_byte(surface * (1 - options.shadow * way) + noise));
    }
  }
  return picture;
}

GeneratedSet generate_digits(std::uint32_t count, std::uint64_t seed) {
  GeneratedSet set;
  set.images = {.count = count, .rows = kDigitSide, .columns = kDigitSide, .pixels = {}};
  set.images.pixels.reserve(static_cast<std::size_t>(count) * kDigitPixels);
  set.labels.labels.reserve(count);
  const std::uint64_t order_seed = mix_seed(seed, 0);
  const std::uint64_t image_seed = mix_seed(seed, 1);
  std::array<std::uint8_t, kClasses> order{};
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t place_in_ten = i % kClasses;
    if (place_in_ten == 0) {
      std::mt19937_64 engine(mix_seed(order_seed, i));
      for (std::size_t k = 0; k < order.size(); ++k) order[k] = static_cast<std::uint8_t>(k);
      for (std::size_t k = order.size(); k > 1; --k) {
        std::swap(order[k - 1], order[uniform_below(engine, k)]);
      }
    }
    const std::uint8_t label = order[place_in_ten];
    std::mt19937_64 engine(mix_seed(image_seed, i));
    const Digit digit = render_digit(draw_digit(label, engine));
    set.labels.labels.push_back(label);
    for (const float ink : digit.ink) set.images.pixels.push_back(to_byte(255.0 * ink));
  }
  return set;
}

}  // namespace mnist
