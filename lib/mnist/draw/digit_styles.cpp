#include "mnist/draw/digit_styles.h"

#include <array>
#include <cstddef>

#include "mnist/digit/digit.h"

namespace mnist::pen {

std::span<const DigitStyle> digit_styles(int digit) {
  return digit < 5 ? digit_styles_0_to_4(digit) : digit_styles_5_to_9(digit);
}

const Style& digit_style(int digit, std::size_t index) {
  static const std::array<Glyph, kClasses> glyphs = [] {
    std::array<Glyph, kClasses> parsed;
    for (int i = 0; i < kClasses; ++i) {
      for (const DigitStyle& style : digit_styles(i)) {
        parsed[static_cast<std::size_t>(i)].push_back(parse_style(style.text, style.share));
      }
    }
    return parsed;
  }();
  return glyphs[static_cast<std::size_t>(digit)][index];
}

}  // namespace mnist::pen
