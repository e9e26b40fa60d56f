// A hand that nothing in this project learns from: digits with a curl wherever a stroke begins or
// ends, as engravers wrote them. It stands in for pictures by somebody the shipped models do not
// know (docs/your-own-pictures.md). Keep it out of training.
//
// As in digits.h: the same engine state gives the same strokes everywhere. Thread-safe.
#pragma once

#include <random>

#include "mnist/draw/digits.h"

namespace mnist {

// One sample of `digit`, filling the unit square. Throws Error{kUsage} unless it is 0 to 9.
Drawing draw_foreign_digit(int digit, std::mt19937_64& engine);

}  // namespace mnist
