// How people write digits is in draw/hands.cpp, the way from strokes to grey values in
// draw/handwriting.cpp.
#include "mnist/draw/digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/draw/hands.h"
#include "mnist/draw/handwriting.h"

namespace mnist {

using namespace pen;

namespace {

// --- What is not a digit -----------------------------------------------------------------------

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

// Points so close together that the pen's discs merge into one uneven spot.
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
    // Inertia keeps the path rounded, a pull to the middle keeps it on the paper.
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

Drawing part_of_digit(Dice& dice, std::mt19937_64& engine) {
  struct Half {
    int digit;
    std::string_view style;
    bool upper;
  };
  constexpr std::array kHalves = {Half{0, "round", true},  Half{0, "round", false},
                                  Half{2, "plain", true},  Half{4, "open", true},
                                  Half{5, "corner", true}, Half{5, "bar", true}};
  const Half half = kHalves[dice.below(kHalves.size())];
  Drawing drawing = draw_digit(half.digit, half.style, engine);
  drawing.strokes = cut(drawing.strokes, dice.uniform(0.40, 0.50), half.upper);
  fit_unit_square(drawing.strokes);
  return drawing;
}

Drawing several_digits(Dice& dice, std::mt19937_64& engine) {
  const std::size_t count = 2 + dice.below(2);
  const Writer writer = draw_writer(engine);
  std::vector<Drawing> row;
  for (std::size_t i = 0; i < count; ++i) {
    const Drawing digit = draw_digit(static_cast<int>(dice.below(kClasses)), writer, engine);
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
  const Writer writer = draw_writer(engine);
  return draw_digit(digit, writer, engine);
}

Drawing draw_non_digit(NonDigit kind, std::mt19937_64& engine) {
  Dice dice(engine);
  const double pen = dice.uniform(0.10, 0.20);
  switch (kind) {
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
      return part_of_digit(dice, engine);
    case NonDigit::kSeveralDigits:
      return several_digits(dice, engine);
  }
  throw Error(ErrorKind::kUsage, "no such kind of drawing");
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
  // MNIST's digits were shrunk from black-and-white scans: their outlines fade over about this
  // distance.
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
