// What is written and printed on a sheet, and where. Internal to lib/mnist/draw. Thread-safe:
// nothing is shared but the engine that is given.
#pragma once

#include <algorithm>
#include <random>

#include "mnist/draw/page.h"
#include "mnist/draw/sheet.h"

namespace mnist::pen {

// Everything that a layout works with.
struct Layout {
  Sheet& sheet;
  const PageOptions& options;
  std::mt19937_64& engine;
  Dice dice;
  Writing writing;
  double side;            // of the digits
  int row = 0;            // the next line of writing
  bool has_order = true;  // whether its numbers are read in one order

  int any_digit() { return static_cast<int>(dice.below(10)); }
  double jittered() { return side * std::clamp(dice.normal(1.0, 0.09), 0.7, 1.3); }
};

// A page: rows, a table, a form, signs anywhere; if it is empty, words, signs, lines or nothing.
void lay_out(Layout& layout, bool is_empty);

// A small picture: one digit, or a short number; or a single sign.
void few(Layout& layout, bool sign);

}  // namespace mnist::pen
