// Colours by number, as in BMP, GIF and TIFF. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "mnist/image/image.h"

namespace mnist {

using Colour = std::array<std::uint8_t, 4>;  // RGBA

// As many colours as a pixel has values: colours missing in the file are black.
class Palette {
 public:
  explicit Palette(std::size_t size) : colours_(size, Colour{0, 0, 0, 255}) {}

  std::size_t size() const { return colours_.size(); }
  Colour& operator[](std::size_t i) { return colours_[i]; }

  PixelFormat format() const {
    return std::ranges::all_of(colours_, is_opaque_grey) ? PixelFormat::kGrey : PixelFormat::kRgba;
  }
  bool is_opaque() const {
    return std::ranges::all_of(colours_, [](const Colour& colour) { return colour[3] == 255; });
  }

  // `numbers`, each below size(), as pixels of format().
  void fill(std::span<const std::uint8_t> numbers, PixelFormat format,
            std::span<std::uint8_t> row) const {
    if (format == PixelFormat::kGrey) {
      for (std::size_t x = 0; x < numbers.size(); ++x) row[x] = colours_[numbers[x]][0];
      return;
    }
    for (std::size_t x = 0; x < numbers.size(); ++x) {
      std::memcpy(row.data() + 4 * x, colours_[numbers[x]].data(), 4);
    }
  }

 private:
  static bool is_opaque_grey(const Colour& colour) {
    return colour[0] == colour[1] && colour[0] == colour[2] && colour[3] == 255;
  }

  std::vector<Colour> colours_;
};

// Numbers of 1, 2, 4 or 8 bits, the first in the high bits of a byte.
inline void unpack(std::span<const std::uint8_t> packed, int bits,
                   std::span<std::uint8_t> numbers) {
  const unsigned mask = (1u << bits) - 1;
  int left = 0;  // bits of the byte that are not unpacked yet
  std::size_t next = 0;
  unsigned byte = 0;
  for (std::uint8_t& number : numbers) {
    if (left == 0) {
      byte = packed[next++];
      left = 8;
    }
    left -= bits;
    number = static_cast<std::uint8_t>(byte >> left & mask);
  }
}

}  // namespace mnist
