// Which way up, and how wide a pixel is: in every format that says so.
#include <algorithm>
#include <cstdlib>

#include "mnist/image/decode.h"

#include "support/catch.h"
#include "support/environment.h"
#include "unit/image/files.h"

namespace mnist {
namespace {

using testing::Bytes;
using testing::Labelled;
using testing::Labels;
using testing::RgbPicture;

// How `stored` looks if the file says this orientation: CIPA DC-008, 4.6.4.
Image turned(const Image& stored, int orientation) {
  const int w = stored.width;
  const int h = stored.height;
  Image upright = stored;
  upright.width = orientation <= 4 ? w : h;
  upright.height = orientation <= 4 ? h : w;
  for (int y = 0; y < upright.height; ++y) {
    for (int x = 0; x < upright.width; ++x) {
      const std::pair<int, int> stored_at[] = {
          {x, y}, {w - 1 - x, y}, {w - 1 - x, h - 1 - y}, {x, h - 1 - y},
          {y, x}, {y, h - 1 - x}, {w - 1 - y, h - 1 - x}, {w - 1 - y, x}};
      const auto [from_x, from_y] = stored_at[orientation - 1];
      const int channels = upright.channels();
      std::copy_n(stored.pixels.begin() + std::ptrdiff_t{from_y * w + from_x} * channels, channels,
                  upright.pixels.begin() + std::ptrdiff_t{y * upright.width + x} * channels);
    }
  }
  return upright;
}

void check_orientations(const Labelled& format) {
  const RgbPicture picture = testing::slanted_picture(40, 24);
  const Image stored = decode_image(format.make(picture, {}));
  REQUIRE(stored.width == 40);
  REQUIRE(stored.height == 24);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(format.format, orientation);
    CHECK(decode_image(format.make(picture, {.orientation = orientation})) ==
          turned(stored, orientation));
  }
}

TEST_CASE("A picture is turned upright wherever its file says how", "[image]") {
  for (const Labelled& format : testing::labelled_formats()) check_orientations(format);
}

TEST_CASE("A HEIF and an AVIF hold the picture that was put in", "[image]") {
  const RgbPicture picture = testing::slanted_picture(40, 24);
  for (const bool av1 : {false, true}) {
    if (!testing::can_make_heif(av1)) continue;
    CAPTURE(av1);
    const Image image = decode_image(testing::make_heif(picture, 1, av1));
    CHECK(image.format == PixelFormat::kRgba);
    long difference = 0;
    for (std::size_t i = 0; i < image.pixel_count(); ++i) {
      for (std::size_t c = 0; c < 3; ++c) {
        difference += std::abs(image.pixels[4 * i + c] - picture.samples[3 * i + c]);
      }
    }
    CHECK(difference / (3 * 40 * 24) <= 8);
  }
}

TEST_CASE("A large picture is turned upright as a small one is", "[image]") {
  const RgbPicture picture = testing::slanted_picture(40, 24);
  const DecodeOptions small{.max_decoded_pixels = 40 * 24 / 4};
  for (const Labelled& format : testing::labelled_formats()) {
    const Image stored = decode_image(format.make(picture, {}), small);
    CAPTURE(format.format);
    CHECK(stored.width == 20);
    CHECK(stored.scale_x == 2);
    for (int orientation = 1; orientation <= 8; ++orientation) {
      CHECK(decode_image(format.make(picture, {.orientation = orientation}), small) ==
            turned(stored, orientation));
    }
  }
}

TEST_CASE("Pixels that are not square are made square", "[image]") {
  const RgbPicture picture = testing::slanted_picture(40, 24);
  for (const Labelled& format : testing::labelled_formats()) {
    if (!format.densities) continue;
    CAPTURE(format.format);
    for (const std::uint16_t unit : {1, 2, 3}) {
      const Image fax =
          decode_image(format.make(picture, {.x_density = 204, .y_density = 98, .unit = unit}));
      CHECK(fax.width == 40);
      CHECK(fax.height == 50);  // 24 * 204 / 98
      CHECK(fax.scale_x == 1);
      CHECK(fax.scale_y == Approx(24.0 / 50));
    }
    const Image wide = decode_image(format.make(picture, {.x_density = 100, .y_density = 200}));
    CHECK(wide.width == 80);
    CHECK(wide.height == 24);
    const Image lying =
        decode_image(format.make(picture, {.orientation = 6, .x_density = 100, .y_density = 200}));
    CHECK(lying.width == 24);
    CHECK(lying.height == 80);
  }
}

TEST_CASE("Densities that cannot be meant change nothing", "[image]") {
  const RgbPicture picture = testing::slanted_picture(40, 24);
  const Labels absurd[] = {
      {.x_density = 72, .y_density = 72},  {.x_density = 300, .y_density = 301},
      {.x_density = 72, .y_density = 300}, {.x_density = 0, .y_density = 98},
      {.x_density = 204, .y_density = 0},  {.x_density = 204, .y_density = 98, .unit = 7}};
  for (const Labelled& format : testing::labelled_formats()) {
    if (!format.densities) continue;
    for (const Labels& labels : absurd) {
      // libtiff writes no unit that it does not know.
      if (format.format == "TIFF" && labels.unit == 7) continue;
      CAPTURE(format.format, labels.x_density, labels.y_density, labels.unit);
      const Image image = decode_image(format.make(picture, labels));
      CHECK(image.width == 40);
      CHECK(image.height == 24);
    }
  }
}

Bytes physical(std::uint32_t x, std::uint32_t y, std::uint8_t unit) {
  Bytes data;
  for (const std::uint32_t value : {x, y}) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      data.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  data.push_back(unit);
  return data;
}

TEST_CASE("A PNG's pHYs precedes its EXIF block, whatever its unit", "[image]") {
  const Bytes png = testing::make_png(
      {.width = 40, .height = 24, .samples = std::vector<std::uint16_t>(40 * 24, 200)});
  const auto height_with = [&](const Bytes& data) {
    return decode_image(testing::with_png_chunk(png, "pHYs", data)).height;
  };
  CHECK(height_with(physical(8031, 3858, 1)) == 50);
  CHECK(height_with(physical(2, 1, 0)) == 48);
  CHECK(height_with(physical(2, 1, 2)) == 24);
  CHECK(height_with(physical(9, 1, 1)) == 24);
  CHECK(height_with(physical(0, 0, 1)) == 24);
  const Bytes labelled = testing::with_png_chunk(
      png, "eXIf", testing::exif_block({.x_density = 100, .y_density = 200}, true, false));
  CHECK(decode_image(labelled).width == 80);
  const Image both = decode_image(testing::with_png_chunk(labelled, "pHYs", physical(2, 1, 0)));
  CHECK(both.width == 40);
  CHECK(both.height == 48);
}

TEST_CASE("A PNG's damaged or absurd chunks leave it as it is stored", "[image]") {
  const Bytes png = testing::make_png(
      {.width = 40, .height = 24, .samples = std::vector<std::uint16_t>(40 * 24, 200)});
  const Image plain = decode_image(png);
  const Bytes block = testing::exif_block({.orientation = 6}, true, false);
  Bytes wrong = testing::with_png_chunk(png, "eXIf", block);
  wrong[8 + 25 + 8 + block.size()] ^= 1;  // its checksum
  CHECK(decode_image(wrong) == plain);
  for (const char* keyword : {"Raw profile type exif", "Comment", ""}) {
    Bytes text = testing::raw_profile(block, keyword, true);
    text.resize(text.size() / 2);
    CHECK(decode_image(testing::with_png_chunk(png, "zTXt", text)) == plain);
    CHECK(decode_image(testing::with_png_chunk(png, "tEXt", text)) == plain);
  }
  CHECK(decode_image(testing::with_png_chunk(png, "eXIf", {})) == plain);
  CHECK(decode_image(testing::with_png_chunk(png, "pHYs", {1, 2})) == plain);
}

// JFIF: marker (2), length (2), "JFIF\0", version (2), unit, densities (2 each).
Bytes with_jfif_density(Bytes jpeg, std::uint8_t unit, std::uint8_t x, std::uint8_t y) {
  const Bytes name = testing::bytes_of("JFIF");
  const auto found = std::search(jpeg.begin(), jpeg.end(), name.begin(), name.end());
  const std::uint8_t fields[] = {unit, 0, x, 0, y};
  std::copy(std::begin(fields), std::end(fields), found + 7);
  return jpeg;
}

TEST_CASE("A JFIF's densities count, and precede EXIF's where they say something", "[image]") {
  testing::JpegPicture picture{.width = 40,
                               .height = 24,
                               .colour = testing::JpegColour::kGrey,
                               .samples = Bytes(40 * 24, 90)};
  const Bytes plain = testing::make_jpeg(picture);
  for (const std::uint8_t unit : {0, 1, 2}) {
    CHECK(decode_image(with_jfif_density(plain, unit, 204, 98)).height == 50);
  }
  CHECK(decode_image(with_jfif_density(plain, 3, 204, 98)).height == 24);
  CHECK(decode_image(with_jfif_density(plain, 1, 0, 0)).height == 24);
  picture.app1 = testing::exif_block({.x_density = 100, .y_density = 200}, true, true);
  const Bytes both = testing::make_jpeg(picture);
  CHECK(decode_image(with_jfif_density(both, 0, 1, 1)).width == 80);
  CHECK(decode_image(with_jfif_density(both, 1, 72, 72)).width == 40);
}

TEST_CASE("Making pixels square mixes no colour of transparent pixels in", "[image]") {
  const Bytes png = testing::make_png({.width = 2,
                                       .height = 2,
                                       .colour = testing::PngColour::kRgba,
                                       .samples = {0, 0, 0, 0, 200, 200, 200, 255,  //
                                                   200, 200, 200, 255, 0, 0, 0, 0}});
  const Image image = decode_image(testing::with_png_chunk(png, "pHYs", physical(4, 1, 0)));
  REQUIRE(image.height == 8);
  for (std::size_t i = 0; i < image.pixels.size(); i += 4) {
    if (image.pixels[i + 3] > 20) CHECK(std::abs(image.pixels[i] - 200) <= 6);
  }
}

TEST_CASE("Every format that can be labelled was tested", "[image][needs-codecs]") {
  const auto formats = testing::labelled_formats();
  for (const char* name : {"TIFF", "WebP, lossless", "HEIF", "AVIF"}) {
    const bool there =
        std::ranges::any_of(formats, [&](const Labelled& format) { return format.format == name; });
    if (!there) testing::skip(std::string(name) + ": no library here that writes and reads it");
  }
}

}  // namespace
}  // namespace mnist
