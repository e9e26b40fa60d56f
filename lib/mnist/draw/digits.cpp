// A style is a few knots that the pen passes, written down twice, as two extremes of one way of
// writing; a sample lies somewhere between (or slightly beyond). draw/handwriting.cpp has the rest
// of the way to pixels.
#include "mnist/draw/digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/draw/handwriting.h"

namespace mnist {

using namespace pen;

namespace {

// --- Ways of writing ---------------------------------------------------------------------------

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
// clang-format on

// --- Strokes -----------------------------------------------------------------------------------

constexpr Hand kDigitHand = {0.030, 0.020, 0.10, 0.70, 1.30, 0.28, 0.10};

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
