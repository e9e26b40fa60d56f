// The colours of every chart, by meaning, on light and dark backgrounds. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

namespace mnist::chart {

enum class Color {
  kText,    // titles, values
  kMuted,   // labels of axes, ticks
  kGrid,    // grid lines, frames
  kGround,  // the chart's background
  kFirst,   // the first series; right answers
  kSecond,  // the second series; wrong answers
  kThird,
  kFourth,
  kOnFill,  // text on a full fill of a series' colour
};

struct Rgb {
  std::uint8_t red;
  std::uint8_t green;
  std::uint8_t blue;
};

// On a light background: for picture files and printed pages.
Rgb light(Color color);

// "#1d4ed8"
std::string hex(Rgb color);

// The colour's class in style sheets: "first", "grid", …
std::string class_name(Color color);

// Style rules that turn a drawing's light colours into those for a dark background, on screens that
// ask for it. An SVG shape has its light colour itself, so the rules are all a page needs.
std::string dark_style();

}  // namespace mnist::chart
