// Handwritten-looking digits, and things that are not digits, drawn in code: they stand in for
// MNIST when its files are absent, and for photographs in tests and in the quickstart.
//
// A drawing is a set of pen strokes, independent of resolution. It yields both a Digit, made as
// MNIST's images are, and a picture of any size, as a scanner or a drawing program would produce;
// so a test can compare what is read from the picture with what was drawn. The ways of writing are
// designed by hand, from how people are taught to write; none is taken from a data set.
//
// The same generator state gives the same bytes with every compiler and library: the numbers come
// from mnist/base/random.h and the only libm functions used are exact (sqrt, ceil, lround). A
// compiler may still contract a*b+c into one rounding; that moves a grey value by 1e-13 before it
// is rounded to 8 bits, with a chance of about 1e-5 of changing a set of 60 000 digits.
//
// Thread-safe: functions share nothing but the engine that they are given.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "mnist/bytes/idx.h"
#include "mnist/digit/digit.h"
#include "mnist/image/image.h"

namespace mnist {

// x to the right, y down.
struct Point {
  double x = 0.0;
  double y = 0.0;
  friend bool operator==(const Point&, const Point&) = default;
};

// The pen's path from where it touches the paper to where it leaves it: a polyline fine enough to
// look curved at 1000 pixels. A single point is a dot.
using Stroke = std::vector<Point>;

struct Drawing {
  // What this file draws lies within the unit square; a digit fills it and is centred.
  std::vector<Stroke> strokes;
  // Width of the pen, in the unit of the strokes. The ink extends half of it beyond the points.
  double thickness = 0.12;
};

// What is certainly not a single digit.
enum class NonDigit {
  kLines,          // one to three lines, all well away from the vertical
  kDots,           // a few specks, or one spot of ink
  kScribble,       // a pen wandering over the paper
  kHatching,       // an area filled by a pen moving back and forth
  kPartOfDigit,    // half of a digit, cut so that what is left is not a digit
  kSeveralDigits,  // two or three digits side by side
};
inline constexpr int kNonDigits = 6;

// One sample of how somebody writes `digit`, 0 to 9: the writer is drawn from `engine`. For several
// digits by one writer, or one in a named style, see draw/hands.h. Throws Error{kUsage} for another
// `digit`.
Drawing draw_digit(int digit, std::mt19937_64& engine);

// One sample of something that is not a digit. Throws Error{kUsage} for an unknown `kind`.
Drawing draw_non_digit(NonDigit kind, std::mt19937_64& engine);

// The drawing scaled about the origin, pen included, then moved: to put several into one picture.
Drawing place(const Drawing& drawing, Point offset, double scale);

// All strokes of `parts`, with the pen of the first. A drawing has one pen.
Drawing combine(const std::vector<Drawing>& parts);

// The form of MNIST's images: the ink, with its fading outline, fits 20x20 pixels, its aspect ratio
// kept, and its centre of mass is within about a tenth of a pixel of the middle of pixel (14, 14),
// where theirs is on average. The strokes are moved before they are drawn: nothing is resampled.
// Ink comes in steps of 1/255, as from a file. Without strokes, the digit is blank.
Digit render_digit(const Drawing& drawing);

struct PictureOptions {
  int width = 200;
  int height = 200;
  // Where the unit square of the drawing lies, in pixels of the picture; what falls outside the
  // picture is cut off.
  double left = 50.0;
  double top = 50.0;
  double unit = 100.0;
  std::uint8_t paper = 255;  // grey values; swap them for chalk on a board
  std::uint8_t ink = 0;
  double shadow = 0.0;  // light lost from the top left corner to the bottom right one, 0 to 1
  double noise = 0.0;   // standard deviation of the sensor's noise, in grey values
  std::uint64_t noise_seed = 0;
};

// The drawing as a grey picture, anti-aliased. Throws Error{kUsage} if width or height is not
// positive.
Image render_picture(const Drawing& drawing, const PictureOptions& options = {});

struct GeneratedSet {
  IdxImages images;  // count x 28 x 28
  IdxLabels labels;
};

// `count` digits in the form of the MNIST files. Each successive ten hold every class once, in
// random order, and each image has its own random stream: a smaller set is the beginning of a
// larger one with the same seed.
GeneratedSet generate_digits(std::uint32_t count, std::uint64_t seed);

}  // namespace mnist
