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
    "62 34, 44 22, 20 34, 10 62, 34 98, 74 90, 90 46, 66 4, 32 10, 24 34, 40 48 | 56 40, 44 34, 34 46, 28 70, 42 96, 62 88, 72 48, 58 6, 40 8, 32 26, 42 36",
    "10 44, 22 24, 40 30, 36 42, 26 34, 60 2!, 54 60, 42 92, 60 102, 84 88 | 24 34, 32 22, 42 28, 38 36, 32 30, 52 2!, 50 60, 42 92, 52 100, 66 92",
    "40 38, 26 28, 38 14, 54 26, 34 42, 14 26, 40 0, 76 14, 68 48, 30 78, 10 96, 30 102, 40 86, 20 82, 54 92, 92 82 | 40 32, 32 26, 38 18, 48 24, 38 36, 24 24, 42 0, 66 14, 60 46, 36 78, 20 96, 34 102, 40 88, 26 84, 50 92, 76 84",
    "36 30, 20 22, 30 6, 62 0, 78 22, 58 44, 36 46, 46 36, 58 48, 84 68, 68 96, 30 102, 14 84, 30 72, 38 86 | 36 24, 28 18, 34 6, 54 0, 68 20, 54 42, 42 46, 46 38, 56 46, 72 66, 60 94, 38 100, 24 86, 34 76, 40 84",
    "58 0, 34 34, 8 64, 18 76, 28 62, 12 56, 50 60, 94 52; 74 28, 64 70, 52 102, 34 92 | 52 0, 36 34, 18 60, 26 70, 32 60, 22 56, 48 58, 78 54; 66 30, 60 70, 52 100, 42 94",
    "94 8, 78 -4, 60 8, 36 2!, 28 42, 44 34, 76 50, 78 82, 46 102, 14 90, 22 72, 40 82 | 76 6, 68 -2, 56 6, 40 2!, 36 40, 46 36, 66 50, 66 80, 46 100, 26 92, 30 78, 42 84",
    "88 16, 72 0, 42 14, 18 52, 18 88, 46 102, 78 84, 70 56, 42 54, 32 76, 52 86 | 70 12, 62 0, 46 14, 30 50, 28 86, 46 100, 66 84, 60 60, 46 58, 38 74, 50 82",
    "6 22, 12 0, 36 12, 62 8, 92 0!, 60 40, 44 74, 50 102, 72 94; 26 50, 46 44, 56 56, 80 46 | 22 18, 28 2, 42 10, 60 8, 76 2!, 58 40, 46 74, 50 100, 62 96; 34 50, 46 46, 54 54, 68 48",
    "78 22, 56 0, 26 10, 32 36, 68 60, 76 86, 48 102, 22 86, 32 60, 64 40, 82 18, 100 4 | 64 18, 52 0, 36 10, 38 36, 60 60, 64 84, 48 100, 34 86, 38 62, 58 40, 68 20, 80 8",
    "62 36, 46 26, 36 40, 58 50, 80 30, 64 2, 30 4, 16 34, 44 58, 74 36, 80 10!, 78 64, 58 100, 24 102, 10 82 | 56 34, 48 28, 42 38, 54 44, 66 28, 58 2, 40 4, 30 32, 46 52, 64 34, 68 10!, 66 62, 54 96, 36 100, 26 86",
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
