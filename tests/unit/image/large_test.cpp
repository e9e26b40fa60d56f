// Pictures larger than needed: made smaller while they are decoded.
#include <algorithm>
#include <cmath>

#include "mnist/base/error.h"
#include "mnist/image/decode.h"

#include "support/catch.h"
#include "unit/image/files.h"

namespace mnist {
namespace {

using testing::Bytes;

// The mean of each box, computed plainly.
std::vector<std::uint8_t> averaged(const std::vector<std::uint16_t>& grey, int width, int height,
                                   int factor) {
  std::vector<std::uint8_t> result;
  for (int top = 0; top < height; top += factor) {
    for (int left = 0; left < width; left += factor) {
      int sum = 0;
      int count = 0;
      for (int y = top; y < std::min(top + factor, height); ++y) {
        for (int x = left; x < std::min(left + factor, width); ++x, ++count) {
          sum += grey[static_cast<std::size_t>(y * width + x)];
        }
      }
      result.push_back(static_cast<std::uint8_t>((sum + count / 2) / count));
    }
  }
  return result;
}

std::vector<std::uint16_t> pattern(int width, int height, unsigned most) {
  std::vector<std::uint16_t> samples;
  for (int i = 0; i < width * height; ++i) {
    samples.push_back(static_cast<std::uint16_t>(static_cast<unsigned>(i) * 40503u % (most + 1)));
  }
  return samples;
}

Bytes pnm(const std::vector<std::uint16_t>& samples, int width, int height) {
  Bytes bytes =
      testing::bytes_of("P5 " + std::to_string(width) + " " + std::to_string(height) + " 255\n");
  bytes.insert(bytes.end(), samples.begin(), samples.end());
  return bytes;
}

TEST_CASE("A large picture comes as the mean of squares of whole pixels", "[image]") {
  const int width = 61;
  const int height = 37;
  const auto samples = pattern(width, height, 255);
  const Bytes tiff =
      testing::make_tiff({{.width = 61, .height = 37, .data = {samples.begin(), samples.end()}}});
  for (const int factor : {2, 3, 4, 7}) {
    CAPTURE(factor);
    const int columns = (width + factor - 1) / factor;
    const int rows = (height + factor - 1) / factor;
    const DecodeOptions options{.max_decoded_pixels = static_cast<std::uint64_t>(columns * rows)};
    std::vector<Bytes> files = {pnm(samples, width, height)};
    for (const bool interlaced : {false, true}) {
      files.push_back(testing::make_png(
          {.width = width, .height = height, .interlaced = interlaced, .samples = samples}));
    }
    if (!tiff.empty()) files.push_back(tiff);
    for (const Bytes& file : files) {
      const Image image = decode_image(file, options);
      CHECK(image.width == columns);
      CHECK(image.height == rows);
      CHECK(image.scale_x == factor);
      CHECK(image.scale_y == factor);
      CHECK(image.pixels == averaged(samples, width, height, factor));
    }
  }
}

TEST_CASE("A large bitmap comes in greys", "[image]") {
  const auto samples = pattern(64, 64, 1);
  const Image image = decode_image(
      testing::make_png({.width = 64, .height = 64, .bit_depth = 1, .samples = samples}),
      {.max_decoded_pixels = 16 * 16});
  CHECK(image.format == PixelFormat::kGrey);
  CHECK(image.width == 16);
  std::vector<std::uint16_t> levels;
  for (const std::uint16_t sample : samples) levels.push_back(sample * 255);
  CHECK(image.pixels == averaged(levels, 64, 64, 4));
}

TEST_CASE("The mean of pixels counts each by its alpha", "[image]") {
  const Image image = decode_image(testing::make_png({.width = 2,
                                                      .height = 2,
                                                      .colour = testing::PngColour::kRgba,
                                                      .samples = {0, 0, 0, 0, 200, 100, 50, 255,  //
                                                                  100, 50, 0, 255, 9, 9, 9, 0}}),
                                   {.max_decoded_pixels = 1});
  CHECK(image.pixels == std::vector<std::uint8_t>{150, 75, 25, 128});
}

TEST_CASE("A large JPEG is decoded to a power of two, colour as well as grey", "[image]") {
  for (const auto colour :
       {testing::JpegColour::kGrey, testing::JpegColour::kYcc, testing::JpegColour::kCmyk}) {
    const int channels = colour == testing::JpegColour::kGrey  ? 1
                         : colour == testing::JpegColour::kYcc ? 3
                                                               : 4;
    const Bytes jpeg =
        testing::make_jpeg({.width = 100,
                            .height = 60,
                            .colour = colour,
                            .samples = Bytes(static_cast<std::size_t>(6000 * channels), 0)});
    const Image whole = decode_image(jpeg);
    for (const auto& [most, factor] : {std::pair{1500, 2}, {1499, 4}, {104, 8}, {30, 16}}) {
      CAPTURE(channels, most);
      const Image image =
          decode_image(jpeg, {.max_decoded_pixels = static_cast<std::uint64_t>(most)});
      CHECK(image.scale_x == factor);
      CHECK(image.width == (100 + factor - 1) / factor);
      CHECK(image.height == (60 + factor - 1) / factor);
      CHECK(std::abs(image.pixels[0] - whole.pixels[0]) <= 2);
    }
  }
}

TEST_CASE("A large WebP is made smaller too", "[image]") {
  const testing::RgbPicture picture = testing::slanted_picture(50, 30);
  for (const bool lossless : {true, false}) {
    const Bytes webp = testing::make_webp(picture, {}, lossless);
    if (webp.empty()) return;
    const Image image = decode_image(webp, {.max_decoded_pixels = 25 * 15});
    CHECK(image.width == 25);
    CHECK(image.height == 15);
    CHECK(image.scale_x == 2);
    CHECK(std::abs(image.pixels[0] - 42) <= 8);
  }
}

TEST_CASE("Square pixels and a smaller picture go together", "[image]") {
  const Bytes png = testing::with_png_chunk(
      testing::make_png({.width = 60, .height = 40, .samples = pattern(60, 40, 255)}), "pHYs",
      {0, 0, 0, 2, 0, 0, 0, 1, 0});
  // The remaining 30 x 20 may not grow: they shrink along the other side.
  const Image image = decode_image(png, {.max_decoded_pixels = 600});
  CHECK(image.width == 15);
  CHECK(image.height == 20);
  CHECK(image.scale_x == 4);
  CHECK(image.scale_y == 2);
  const Image larger = decode_image(png, {.max_decoded_pixels = 2400});
  CHECK(larger.width == 30);
  CHECK(larger.height == 40);
}

TEST_CASE("What must be decoded whole has a limit of its own", "[image]") {
  const Bytes interlaced = testing::make_png(
      {.width = 40, .height = 30, .interlaced = true, .samples = pattern(40, 30, 255)});
  const DecodeOptions options{.max_whole_pixels = 1199};
  try {
    decode_image(interlaced, options);
    FAIL("decoded without an error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUnsupported);
    CHECK(error.message() ==
          "40 x 30 pixels are more than the limit of 1199 for an interlaced PNG");
  }
  CHECK_NOTHROW(decode_image(interlaced, {.max_whole_pixels = 1200}));
  const Bytes plain =
      testing::make_png({.width = 40, .height = 30, .samples = pattern(40, 30, 255)});
  CHECK_NOTHROW(decode_image(plain, options));
}

TEST_CASE("A small file may not unpack to any size", "[image]") {
  // 20,000 x 20,000 pixels of 16 bits, all of them black: 780 kB.
  constexpr std::size_t kPacked = 800'000;
  Bytes png = testing::make_png({.width = 1, .height = 1, .bit_depth = 16, .samples = {0}});
  png = testing::with_png_size(png, 20000, 20000);
  png.resize(kPacked);
  try {
    decode_image(png);
    FAIL("decoded without an error");
  } catch (const Error& error) {
    CHECK(error.message() ==
          "20000 x 20000 pixels are more than a file of 800000 bytes may unpack to");
  }
}

TEST_CASE("A bitmap of 100 million pixels is read", "[image]") {
  Bytes bitmap = testing::bytes_of("P4 10000 10000\n");
  bitmap.resize(bitmap.size() + 1250 * 10000, 0xAA);
  const Image image = decode_image(bitmap);
  CHECK(image.pixel_count() <= 16'000'000);
  CHECK(image.scale_x == 3);
  CHECK(image.width == 3334);
}

}  // namespace
}  // namespace mnist
