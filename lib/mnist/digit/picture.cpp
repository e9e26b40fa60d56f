#include "mnist/digit/picture.h"

#include <cmath>

namespace mnist {

Image picture_of(const Digit& digit) {
  Image image{
      .width = kDigitSide, .height = kDigitSide, .format = PixelFormat::kGrey, .pixels = {}};
  for (const float ink : digit.ink) {
    image.pixels.push_back(static_cast<std::uint8_t>(std::lround(ink * 255.0F)));
  }
  return image;
}

}  // namespace mnist
