#include "mnist/image/encode.h"

#include "mnist/base/error.h"
#include "mnist/image/decode.h"

#include "support/catch.h"

namespace mnist {
namespace {

Image pattern(int width, int height, PixelFormat format) {
  Image image{.width = width, .height = height, .format = format, .pixels = {}};
  const std::size_t samples = image.pixel_count() * static_cast<std::size_t>(image.channels());
  for (std::size_t i = 0; i < samples; ++i) {
    image.pixels.push_back(static_cast<std::uint8_t>(i * 77));
  }
  return image;
}

TEST_CASE("An encoded PNG decodes to the same image", "[image]") {
  for (const PixelFormat format : {PixelFormat::kGrey, PixelFormat::kRgba}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {28, 28}, {301, 7}}) {
      const Image image = pattern(width, height, format);
      CHECK(decode_image(encode_png(image)) == image);
    }
  }
}

TEST_CASE("The same image encodes to the same bytes", "[image]") {
  const Image image = pattern(40, 30, PixelFormat::kRgba);
  CHECK(encode_png(image) == encode_png(Image(image)));
}

TEST_CASE("An image whose pixels do not fit its size is not encoded", "[image]") {
  Image image = pattern(4, 4, PixelFormat::kGrey);
  image.pixels.pop_back();
  CHECK_THROWS_AS(encode_png(image), Error);
  CHECK_THROWS_AS(encode_png(Image{}), Error);
}

}  // namespace
}  // namespace mnist
