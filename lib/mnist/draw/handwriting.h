// Hands and pens: from a glyph's knots to strokes, and from strokes to grey values. Internal to
// lib/mnist/draw; shared by the code that draws digits and the code that draws other things.
// Thread-safe: nothing is shared but the engine that is given.
#pragma once

#include <cstddef>
#include <limits>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "mnist/base/random.h"
#include "mnist/draw/digits.h"

namespace mnist::pen {

// Never throw twice among the arguments of one call: the compiler would choose the order.
class Dice {
 public:
  explicit Dice(std::mt19937_64& engine) : engine_(engine) {}

  double uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(engine_() >> 11) * 0x1p-53);
  }

  // The sum of twelve uniform numbers: normal enough for all purposes here, without libm, and never
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

// A point of a style, in hundredths of the glyph's height.
struct Knot {
  double x = 0.0;
  double y = 0.0;
  bool corner = false;  // the pen turns on the spot
};
constexpr bool kCorner = true;

using Path = std::vector<Knot>;

// Extremes of one way of writing: all have the same paths, knot by knot. With only one, all variety
// comes from the hand.
struct Style {
  double share = 1.0;  // how often it is seen, relative to the glyph's other styles
  std::vector<std::vector<Path>> extremes;
};

using Glyph = std::vector<Style>;

// From text, as in "6 100, 48 0!, 92 100; 20 66, 78 64; 46 98 .": knots, `!` marks a corner, `;`
// lifts the pen, `.` makes a dot plain to the reader, `|` begins another extreme.
Style parse_style(std::string_view text, double share = 1.0);
Glyph parse_styles(std::span<const std::string_view> texts);

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

// What a hand does to a glyph as a whole. Lengths are in units of its height.
struct Bend {
  double bow = 0.0;      // ) or (
  double taper = 0.0;    // narrower above or below
  double balance = 0.0;  // the upper or the lower half is larger
  double width = 1.0;    // factor
  double slant = 0.0;    // rightward lean: run over rise
  double turn = 0.0;     // clockwise, in radians
};

Bounds bounds_of(const std::vector<Stroke>& strokes);

template <typename Map>
void transform(std::vector<Stroke>& strokes, const Map& map) {
  for (Stroke& stroke : strokes) {
    for (Point& p : stroke) p = map(p);
  }
}

// Moved to the middle of the unit square, the longer side scaled to 1.
void fit_unit_square(std::vector<Stroke>& strokes);

// A spline through the knots, broken at corners, as a polyline.
Stroke flatten(const Path& path);

const Style& pick_style(const Glyph& glyph, Dice& dice);

// Something between the extremes of `style`, or slightly beyond, in units of the glyph's height.
std::vector<Path> between_extremes(const Style& style, Dice& dice);

// Moves every knot away from its place, and every stroke as a whole.
void tremble(std::vector<Path>& paths, double tremor, double stroke_shift, Dice& dice);

// One sample of `style`, in units of the glyph's height.
std::vector<Stroke> write(const Style& style, const Hand& hand, Dice& dice);

// Bends, narrows, slants and turns the glyph about its middle.
void distort(std::vector<Stroke>& strokes, const Bend& bend);

// The same, as `hand` happens to do it.
void distort(std::vector<Stroke>& strokes, const Hand& hand, Dice& dice);

// The part of the strokes above `height`, or below it.
std::vector<Stroke> cut(const std::vector<Stroke>& strokes, double height, bool keep_above);

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
                             int height, double softness);

}  // namespace mnist::pen
