// A writer: a region, then for each digit a family of forms by the region's shares and a form from
// it by the form's own share, then a manner (careful, hasty, a child's, with a mouse) with its
// unsteadiness.
//
// A digit: the form's knots, moved as this writer always moves them (a generator seeded by habit
// and digit), then by this sample's own jitter; splines; the writer's bending, slant and turn.
#include "mnist/draw/hands.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/draw/digit_styles.h"
#include "mnist/draw/handwriting.h"

namespace mnist {

using namespace pen;

namespace {

using Shares = std::array<double, kFamilies>;

struct Custom {
  double share;  // of the world's writers who use these digits
  Shares one;    // bar, short flag, long flag
  Shares two;    // plain, looped
  Shares four;   // open, closed, one stroke
  Shares seven;  // plain, crossed, ornate
  Shares nine;   // straight, curved
};

// Estimates, from what schools teach. In the order of Region.
constexpr std::array<Custom, kRegions> kCustoms = {{
    {9, {10, 24, 66}, {50, 50}, {55, 20, 25}, {17, 56, 27}, {40, 60}},
    {12, {8, 20, 72}, {72, 28}, {60, 20, 20}, {27, 47, 26}, {35, 65}},
    {6, {20, 34, 46}, {65, 35}, {45, 30, 25}, {27, 43, 30}, {45, 55}},
    {10, {30, 34, 36}, {60, 40}, {50, 30, 20}, {32, 42, 26}, {60, 40}},
    {8, {14, 30, 56}, {60, 40}, {55, 20, 25}, {22, 43, 35}, {40, 60}},
    {5, {50, 26, 24}, {70, 30}, {60, 25, 15}, {46, 30, 24}, {60, 40}},
    {5, {36, 30, 34}, {60, 40}, {50, 25, 25}, {45, 25, 30}, {40, 60}},
    {9, {14, 26, 60}, {40, 60}, {60, 10, 30}, {26, 29, 45}, {35, 65}},
    {10, {65, 22, 13}, {60, 40}, {50, 35, 15}, {66, 13, 21}, {55, 45}},
    {10, {76, 14, 10}, {70, 30}, {45, 45, 10}, {66, 5, 29}, {55, 45}},
    {6, {76, 14, 10}, {80, 20}, {45, 45, 10}, {26, 4, 70}, {65, 35}},
    {10, {72, 20, 8}, {75, 25}, {65, 25, 10}, {75, 10, 15}, {75, 25}},
}};

constexpr std::size_t kLongFlag = 2;  // families of the 1
constexpr std::size_t kBar = 0;
constexpr std::size_t kPlain = 0;  // of the 7
constexpr Shares kOnlyFamily = {1, 0, 0};

Shares families(const Custom& custom, int digit) {
  switch (digit) {
    case 1:
      return custom.one;
    case 2:
      return custom.two;
    case 4:
      return custom.four;
    case 7:
      return custom.seven;
    case 9:
      return custom.nine;
    default:
      return kOnlyFamily;
  }
}

// An index into `weights`, drawn by weight.
template <typename Weights>
std::size_t pick(const Weights& weights, Dice& dice) {
  double total = 0.0;
  for (const double weight : weights) total += weight;
  double rest = dice.uniform(0.0, total);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    rest -= weights[i];
    if (rest < 0.0) return i;
  }
  return weights.size() - 1;
}

std::uint8_t pick_style(int digit, const Shares& shares, double haste, Dice& dice) {
  const std::span<const DigitStyle> styles = digit_styles(digit);
  const std::size_t family = pick(shares, dice);
  std::vector<double> weights;
  for (const DigitStyle& style : styles) {
    const double hurried = 1 + haste * (style.haste - 1);
    weights.push_back(style.family == family ? style.share * std::max(hurried, 0.2) : 0.0);
  }
  return static_cast<std::uint8_t>(pick(weights, dice));
}

// What in a person's writing depends on neither form nor place of birth.
void draw_manner(Writer& writer, Dice& dice) {
  enum Manner { kCareful, kHasty, kChild, kPointer };  // a mouse, or a finger on a screen
  const std::size_t manner = pick(std::array{45.0, 28.0, 12.0, 15.0}, dice);
  writer.haste = manner == kHasty ? dice.uniform(0.5, 1.0) : dice.uniform(0.0, 0.4);
  writer.tremor = dice.uniform(0.012, 0.032);
  writer.jitter = dice.uniform(0.004, 0.012);
  writer.slant = std::clamp(dice.normal(0.12, 0.20), -0.35, 0.6);
  writer.turn = dice.normal(0.0, 0.06);
  writer.width = dice.uniform(0.72, 1.3);
  writer.thickness = std::clamp(dice.normal(0.172, 0.045), 0.08, 0.32);
  if (manner == kHasty) {
    writer.tremor *= 1.4;
    writer.jitter *= 1.6;
  } else if (manner == kChild) {
    writer.tremor *= 1.6;
    writer.jitter *= 2.2;
    writer.shake = dice.uniform(0.0, 0.006);
    writer.turn *= 1.5;
  } else if (manner == kPointer) {
    writer.jitter *= 1.6;
    writer.shake = dice.uniform(0.002, 0.009);
  }
  writer.habit = mix_seed(dice.below(SIZE_MAX), 0);
}

void check(int digit) {
  if (digit >= 0 && digit < kClasses) return;
  throw Error(ErrorKind::kUsage, "cannot draw the digit " + std::to_string(digit));
}

// Corners become curves, strokes end early or late.
void hurry(std::vector<Path>& paths, double haste, Dice& always) {
  for (Path& path : paths) {
    if (path.size() < 3) continue;
    for (std::size_t k = 1; k + 1 < path.size(); ++k) {
      const bool rounded = always.chance(0.5 * haste);
      if (rounded) path[k].corner = false;
    }
    const auto stretch = [&](Knot& end, const Knot& inner) {
      const double by = always.uniform(-0.25, 0.25) * haste;
      end.x += by * (end.x - inner.x);
      end.y += by * (end.y - inner.y);
    };
    stretch(path.front(), path[1]);
    stretch(path.back(), path[path.size() - 2]);
  }
}

// Unsteadiness finer than knots: each point keeps most of the last one's error.
void shake(std::vector<Stroke>& strokes, double deviation, Dice& dice) {
  constexpr double kPersistence = 0.8;
  for (Stroke& stroke : strokes) {
    Point drift;
    for (Point& p : stroke) {
      drift.x = kPersistence * drift.x + dice.normal(0.0, deviation);
      drift.y = kPersistence * drift.y + dice.normal(0.0, deviation);
      p.x += drift.x;
      p.y += drift.y;
    }
  }
}

// What this writer does to every `digit` in the same way.
Bend habitual_bend(int digit, std::size_t family, const Writer& writer, Dice& always) {
  Bend bend;
  bend.bow = always.normal(0.0, 0.10);
  bend.taper = always.normal(0.0, 0.12);
  bend.balance = always.normal(0.0, 0.12);
  bend.width = writer.width * always.uniform(0.9, 1.1);
  bend.slant = writer.slant + always.normal(0.0, 0.05);
  bend.turn = writer.turn + always.normal(0.0, 0.03);
  // What distinguishes digits stays: a 1 pressed flat or leaning far would be a 7, a 7's rising bar
  // would be a 1's flag, and a 0 without width a 1.
  if (digit == 0) bend.width = std::max(bend.width, 0.85);
  if (digit == 1) {
    bend.width = 1 + 0.4 * (bend.width - 1);
    if (family != kBar) {
      bend.slant = std::min(0.7 * bend.slant, 0.25);
      bend.turn = std::clamp(bend.turn, -0.10, 0.06);
    }
    if (family == kLongFlag) bend.bow *= 0.5;
  }
  if (digit == 7) {
    bend.width = std::max(bend.width, 0.85);
    bend.turn = std::clamp(bend.turn, -0.08, 0.12);
    bend.bow *= 0.5;
  }
  return bend;
}

// What happens to one digit.
void vary(Bend& bend, double jitter, Dice& now) {
  const double loose = jitter / 0.01;
  bend.bow += now.normal(0.0, 0.02 * loose);
  bend.balance += now.normal(0.0, 0.02 * loose);
  bend.width *= 1 + now.normal(0.0, 0.03 * loose);
  bend.slant += now.normal(0.0, 0.025 * loose);
  bend.turn += now.normal(0.0, 0.015 * loose);
}

}  // namespace

Writer draw_writer(std::mt19937_64& engine) {
  Dice dice(engine);
  std::array<double, kRegions> shares{};
  std::transform(kCustoms.begin(), kCustoms.end(), shares.begin(),
                 [](const Custom& custom) { return custom.share; });
  return draw_writer(Region(pick(shares, dice)), engine);
}

Writer draw_writer(Region region, std::mt19937_64& engine) {
  const auto place = static_cast<std::size_t>(region);
  if (place >= kCustoms.size()) throw Error(ErrorKind::kUsage, "no such region");
  Dice dice(engine);
  Writer writer;
  writer.region = region;
  draw_manner(writer, dice);
  for (int digit = 0; digit < kClasses; ++digit) {
    Shares shares = families(kCustoms[place], digit);
    if (digit == 7) {
      // Nobody can live with two digits that look alike; the form of the 1 has already been drawn.
      const std::size_t one = digit_styles(1)[writer.styles[1]].family;
      if (one == kLongFlag) shares[kPlain] *= 0.5;
      if (one == kBar) shares[kPlain] *= 1.4;
    }
    writer.styles[static_cast<std::size_t>(digit)] = pick_style(digit, shares, writer.haste, dice);
  }
  return writer;
}

Drawing draw_digit(int digit, const Writer& writer, std::mt19937_64& engine) {
  check(digit);
  const std::size_t index = writer.styles[static_cast<std::size_t>(digit)];
  const std::span<const DigitStyle> styles = digit_styles(digit);
  if (index >= styles.size()) throw Error(ErrorKind::kUsage, "no such style of a digit");
  std::mt19937_64 habit(mix_seed(writer.habit, static_cast<std::uint64_t>(digit)));
  Dice always(habit);
  Dice now(engine);

  std::vector<Path> paths = between_extremes(digit_style(digit, index), always);
  tremble(paths, writer.tremor, 0.5 * writer.tremor, always);
  // A 4 without corners soon becomes a 9 or a 5: its round forms are separate styles.
  hurry(paths, digit == 4 ? 0.0 : writer.haste, always);
  tremble(paths, writer.jitter, writer.jitter, now);
  Drawing drawing;
  for (const Path& path : paths) drawing.strokes.push_back(flatten(path));
  if (writer.shake > 0.0) shake(drawing.strokes, writer.shake, now);
  Bend bend = habitual_bend(digit, styles[index].family, writer, always);
  vary(bend, writer.jitter, now);
  distort(drawing.strokes, bend);
  fit_unit_square(drawing.strokes);
  drawing.thickness = writer.thickness * (1 + now.normal(0.0, 0.04));
  return drawing;
}

std::span<const std::string_view> style_names(int digit) {
  check(digit);
  static const std::array<std::vector<std::string_view>, kClasses> names = [] {
    std::array<std::vector<std::string_view>, kClasses> lists;
    for (int i = 0; i < kClasses; ++i) {
      for (const DigitStyle& style : digit_styles(i)) {
        lists[static_cast<std::size_t>(i)].push_back(style.name);
      }
    }
    return lists;
  }();
  return names[static_cast<std::size_t>(digit)];
}

int style_index(int digit, std::string_view name) {
  const std::span<const std::string_view> names = style_names(digit);
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

Drawing draw_digit(int digit, std::string_view style, std::mt19937_64& engine) {
  const int index = style_index(digit, style);
  if (index < 0) {
    throw Error(ErrorKind::kUsage, "no way of writing the digit " + std::to_string(digit) +
                                       " is called '" + std::string(style) + "'");
  }
  Writer writer = draw_writer(engine);
  writer.styles[static_cast<std::size_t>(digit)] = static_cast<std::uint8_t>(index);
  return draw_digit(digit, writer, engine);
}

}  // namespace mnist
