// Handwritten signs that are not digits: those between digits, and those written like one.
//
// As in digits.h: the same engine state gives the same strokes everywhere; nothing is taken from a
// data set. Thread-safe.
#pragma once

#include <random>
#include <string_view>
#include <vector>

#include "mnist/draw/digits.h"
#include "mnist/draw/hands.h"

namespace mnist {

// What separates the digits of one number, or two numbers.
enum class Separator { kComma, kPoint, kSlash, kHyphen };
inline constexpr int kSeparators = 4;

// The character: ',', '.', '/' or '-'. Throws Error{kUsage} for an unknown separator.
char to_char(Separator separator);

// A separator by the writer of the digits next to it, in units of those digits' height: y is 0 at
// their top and 1 at their foot, x is 0 at the separator's left end. A comma reaches below 1, a
// slash a little beyond both. Throws Error{kUsage} for an unknown separator.
Drawing draw_separator(Separator separator, const Writer& writer, std::mt19937_64& engine);

// A sign that a reader cannot tell from a digit with certainty: a y like a 4, an S like a 5, an O,
// an l. It is not a digit, yet calling it one is not quite wrong: a network should be unsure of it.
// Some do not differ from the digit at all, so training should see far fewer of them than of
// digits.
struct LookAlike {
  Drawing drawing;          // fills the unit square
  std::string_view sign;    // "y", "theta" …
  std::vector<int> digits;  // that it resembles, nearest first; never empty
};
LookAlike draw_look_alike(std::mt19937_64& engine);

}  // namespace mnist
