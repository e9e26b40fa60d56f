// A decoded picture: 8 bits a sample, grey or RGBA, rows from the top, no padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mnist {

enum class PixelFormat : std::uint8_t {
  kGrey = 1,  // one sample a pixel: 0 black, 255 white
  kRgba = 4,  // four samples a pixel, alpha not premultiplied: 0 transparent, 255 opaque
};

struct Image {
  int width = 0;
  int height = 0;
  PixelFormat format = PixelFormat::kGrey;
  std::vector<std::uint8_t> pixels;  // width * height * channels() samples

  // How many pixels of the upright file one pixel here stands for, across and down: more than 1 if
  // a large picture was decoded smaller, unequal if the file's pixels are not square. A box found
  // here, times these, is the box in the file.
  double scale_x = 1;
  double scale_y = 1;

  int channels() const { return static_cast<int>(format); }
  std::size_t pixel_count() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  }
  friend bool operator==(const Image&, const Image&) = default;
};

}  // namespace mnist
