#include "mnist/draw/foreign_hand.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/digit/digit.h"
#include "mnist/draw/handwriting.h"

namespace mnist {
namespace {

using namespace pen;

// clang-format off
constexpr std::array<std::string_view, kClasses> kDigits = {
    "14 2!, 86 2!, 86 98!, 14 98!, 14 2 | 26 2!, 74 2!, 74 98!, 26 98!, 26 2",
    "24 2, 76 2; 50 2, 50 98; 20 98, 80 98 | 36 2, 64 2; 50 2, 50 98; 34 98, 66 98",
    "14 2!, 86 2!, 86 50!, 14 50!, 14 98!, 86 98 | 26 2!, 74 2!, 74 48!, 26 48!, 26 98!, 74 98",
    "14 2!, 86 2!, 86 98!, 14 98; 24 50, 86 50 | 26 2!, 74 2!, 74 98!, 26 98; 40 48, 74 48",
    "14 2!, 14 52!, 86 52; 86 2, 86 98 | 26 2!, 26 48!, 74 48; 74 2, 74 98",
    "86 2!, 14 2!, 14 50!, 86 50!, 86 98!, 14 98 | 74 2!, 26 2!, 26 48!, 74 48!, 74 98!, 26 98",
    "86 2!, 14 2!, 14 98!, 86 98!, 86 50!, 14 50 | 74 2!, 26 2!, 26 98!, 74 98!, 74 50!, 26 50",
    "14 28!, 14 2!, 86 2!, 86 98 | 26 22!, 26 2!, 74 2!, 74 98",
    "14 2!, 86 2!, 86 98!, 14 98!, 14 2; 14 50, 86 50 | 26 2!, 74 2!, 74 98!, 26 98!, 26 2; 26 48, 74 48",
    "86 50!, 14 50!, 14 2!, 86 2!, 86 98!, 14 98 | 74 50!, 26 50!, 26 2!, 74 2!, 74 98!, 26 98",
};
// clang-format on

constexpr Hand kHand = {.tremor = 0.018,
                        .stroke_shift = 0.012,
                        .warp = 0.03,
                        .width_low = 0.8,
                        .width_high = 1.2,
                        .slant = 0.12,
                        .turn = 0.05};

const Glyph& glyph() {
  static const Glyph styles = parse_styles(kDigits);
  return styles;
}

}  // namespace

Drawing draw_foreign_digit(int digit, std::mt19937_64& engine) {
  if (digit < 0 || digit >= kClasses) throw Error(ErrorKind::kUsage, "a digit is 0 to 9");
  Dice dice(engine);
  Drawing drawing;
  drawing.strokes = write(glyph()[static_cast<std::size_t>(digit)], kHand, dice);
  distort(drawing.strokes, kHand, dice);
  fit_unit_square(drawing.strokes);
  drawing.thickness = std::clamp(dice.normal(0.12, 0.035), 0.06, 0.24);
  return drawing;
}

}  // namespace mnist
