// The colours of every chart, by what they mean, on light and on dark ground. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

namespace mnist::chart {

enum class Color {
  kText,    // titles, values
  kMuted,   // labels of axes, ticks
  kGrid,    // grid lines, frames
  kGround,  // what the chart stands on
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

// On light ground: what a picture file and a printed page show.
Rgb light(Color color);

// "#1d4ed8"
std::string hex(Rgb color);

// The class by which a style sheet knows the colour: "first", "grid", …
std::string class_name(Color color);

// Style rules that turn a drawing's light colours into those for dark ground, on screens that ask
// for it. An SVG shape carries its light colour itself, so the rules are all a page needs.
std::string dark_style();

}  // namespace mnist::chart
