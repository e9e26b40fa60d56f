#include "mnist/draw/signs.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/draw/glyphs.h"
#include "mnist/draw/handwriting.h"

namespace mnist {

using namespace pen;

char to_char(Separator separator) {
  constexpr std::array kCharacters = {',', '.', '/', '-'};
  static_assert(kCharacters.size() == kSeparators);
  const auto place = static_cast<std::size_t>(separator);
  if (place >= kCharacters.size()) throw Error(ErrorKind::kUsage, "no such separator");
  return kCharacters[place];
}

Drawing draw_separator(Separator separator, const Writer& writer, std::mt19937_64& engine) {
  const Glyph& glyph = separators(separator);
  const auto stream = static_cast<std::uint64_t>(kClasses) + static_cast<std::uint64_t>(separator);
  std::mt19937_64 habit(mix_seed(writer.habit, stream));
  Dice always(habit);
  Dice now(engine);
  std::vector<Path> paths = between_extremes(pick_style(glyph, always), always);
  tremble(paths, writer.tremor / 2, 0.0, always);
  tremble(paths, writer.jitter, writer.jitter, now);
  Drawing drawing;
  for (const Path& path : paths) drawing.strokes.push_back(flatten(path));
  // Slanted like the digits next to it; the slant begins at the foot of the line.
  transform(drawing.strokes, [&](Point p) {
    return Point{p.x + (separator == Separator::kSlash ? 0.5 : 1.0) * writer.slant * (1 - p.y),
                 p.y};
  });
  const double left = bounds_of(drawing.strokes).left;
  transform(drawing.strokes, [&](Point p) { return Point{p.x - left, p.y}; });
  drawing.thickness = writer.thickness;
  return drawing;
}

LookAlike draw_look_alike(std::mt19937_64& engine) {
  constexpr Hand kHand = {.tremor = 0.022,
                          .stroke_shift = 0.015,
                          .warp = 0.05,
                          .width_low = 0.75,
                          .width_high = 1.25,
                          .slant = 0.18,
                          .turn = 0.07};
  Dice dice(engine);
  const std::size_t index = dice.below(look_alikes().size());
  LookAlike result;
  result.sign = look_alike_name(index);
  for (const char c : look_alike_digits(index)) {
    if (c != ' ') result.digits.push_back(c - '0');
  }
  result.drawing.strokes = write(look_alikes()[index], kHand, dice);
  distort(result.drawing.strokes, kHand, dice);
  fit_unit_square(result.drawing.strokes);
  result.drawing.thickness = std::clamp(dice.normal(0.172, 0.045), 0.08, 0.32);
  return result;
}

}  // namespace mnist
