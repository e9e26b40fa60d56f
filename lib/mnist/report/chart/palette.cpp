#include "mnist/report/chart/palette.h"

#include <array>
#include <cstdio>

namespace mnist::chart {
namespace {

struct Entry {
  const char* name;
  Rgb light;
  Rgb dark;
};

// In the order of Color. Blue and orange remain distinct for every common kind of colour blindness.
constexpr std::array<Entry, 9> kEntries = {{
    {"text", {0x1c, 0x21, 0x28}, {0xe6, 0xea, 0xef}},
    {"muted", {0x5b, 0x65, 0x70}, {0x9a, 0xa5, 0xb1}},
    {"grid", {0xdd, 0xe2, 0xe7}, {0x30, 0x38, 0x42}},
    {"ground", {0xff, 0xff, 0xff}, {0x16, 0x1b, 0x22}},
    {"first", {0x1f, 0x5f, 0xbf}, {0x5b, 0x9d, 0xf0}},
    {"second", {0xd4, 0x52, 0x0f}, {0xf0, 0x88, 0x48}},
    {"third", {0x2b, 0x8a, 0x57}, {0x4f, 0xbf, 0x85}},
    {"fourth", {0x7d, 0x4f, 0xb8}, {0xb2, 0x8a, 0xe6}},
    {"onfill", {0xff, 0xff, 0xff}, {0x0d, 0x11, 0x17}},
}};

const Entry& entry(Color color) { return kEntries[static_cast<std::size_t>(color)]; }

}  // namespace

Rgb light(Color color) { return entry(color).light; }

std::string hex(Rgb color) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "#%02x%02x%02x", color.red, color.green, color.blue);
  return text.data();
}

std::string class_name(Color color) { return entry(color).name; }

std::string dark_style() {
  std::string rules = "@media screen and (prefers-color-scheme:dark){";
  for (const Entry& color : kEntries) {
    const std::string value = hex(color.dark) + '}';
    rules += std::string(".fill-") + color.name + "{fill:" + value;
    rules += std::string(".line-") + color.name + "{stroke:" + value;
  }
  return rules + '}';
}

}  // namespace mnist::chart
