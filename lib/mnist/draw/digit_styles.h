// The ways of writing the ten digits. Internal to lib/mnist/draw. Thread-safe.
//
// A way of writing is what a person settles on for life: the order of the strokes, whether there is
// a loop, a serif, a bar. Ways that differ between the schools of different countries form
// families; each region has its own shares of them (draw/hands.cpp):
//
//   0, 3, 5, 6, 8   one family
//   1               bar, short flag (up to a third of the stem), long flag
//   2               plain, looped or swan-necked
//   4               open, closed, in one stroke
//   7               plain, crossed, ornate (serif, curl, double curve)
//   9               straight tail, curved tail
#pragma once

#include <span>
#include <string_view>

#include "mnist/draw/handwriting.h"

namespace mnist::pen {

struct DigitStyle {
  std::string_view name;
  std::size_t family;
  double share;  // within its family
  double haste;  // how much more often people in a hurry write this way; below 1: less often
  std::string_view text;
};

constexpr std::size_t kFamilies = 3;  // at most

// Of a digit from 0 to 9.
std::span<const DigitStyle> digit_styles(int digit);

// The strokes of digit_styles(digit)[index].
const Style& digit_style(int digit, std::size_t index);

// Where digit_styles(digit) keeps its data.
std::span<const DigitStyle> digit_styles_0_to_4(int digit);
std::span<const DigitStyle> digit_styles_5_to_9(int digit);

}  // namespace mnist::pen
