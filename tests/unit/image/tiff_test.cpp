#include <algorithm>
#include <random>

#include "mnist/base/error.h"
#include "mnist/image/decode.h"

#include "support/catch.h"
#include "unit/image/files.h"

namespace mnist {
namespace {

using testing::Bytes;
using testing::TiffPage;
using Pixels = std::vector<std::uint8_t>;

bool is_built_in() {
  const auto names = supported_image_formats();
  return std::ranges::find(names, "TIFF") != names.end();
}

std::string message_of(std::span<const std::uint8_t> bytes, const DecodeOptions& options = {}) {
  try {
    decode_image(bytes, options);
  } catch (const Error& error) {
    return error.message();
  }
  return "decoded";
}

Bytes ramp(std::size_t size) {
  Bytes bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 7));
  return bytes;
}

Bytes as_bytes(const std::vector<std::uint16_t>& samples) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(samples.data());
  return {bytes, bytes + samples.size() * 2};
}

Pixels with_alpha(const Bytes& rgb) {
  Pixels pixels;
  for (std::size_t i = 0; i < rgb.size(); i += 3) {
    pixels.insert(pixels.end(), {rgb[i], rgb[i + 1], rgb[i + 2], 255});
  }
  return pixels;
}

TEST_CASE("A TIFF in grey decodes, of every depth and compression", "[image]") {
  if (!is_built_in()) return;
  const Bytes grey = ramp(50 * 30);
  for (const std::uint16_t compression : {1, 5, 8, 32773}) {
    CAPTURE(compression);
    TiffPage page{.width = 50, .height = 30, .compression = compression, .data = grey};
    CHECK(decode_image(testing::make_tiff({page})).pixels == grey);
    CHECK(decode_image(testing::make_tiff({page}, true)).pixels == grey);
    page.tile = 16;
    CHECK(decode_image(testing::make_tiff({page})).pixels == grey);
    page.photometric = 0;
    Pixels inverted;
    for (const std::uint8_t sample : grey) inverted.push_back(255 - sample);
    CHECK(decode_image(testing::make_tiff({page})).pixels == inverted);
  }
  const TiffPage four{.width = 3, .height = 1, .bits = 4, .data = {0x0F, 0x50}};
  CHECK(decode_image(testing::make_tiff({four})).pixels == Pixels{0, 255, 85});
  const TiffPage deep{.width = 2, .height = 1, .bits = 16, .data = as_bytes({65535, 32896})};
  CHECK(decode_image(testing::make_tiff({deep})).pixels == Pixels{255, 128});
}

TEST_CASE("A fax decodes as black on white", "[image]") {
  if (!is_built_in()) return;
  for (const std::uint16_t compression : {1, 2, 3, 4}) {
    CAPTURE(compression);
    const TiffPage page{.width = 10,
                        .height = 2,
                        .bits = 1,
                        .photometric = 0,
                        .compression = compression,
                        .labels = {.x_density = 204, .y_density = 98},
                        .data = {0xFF, 0xC0, 0x00, 0x00}};
    const Image image = decode_image(testing::make_tiff({page}));
    CHECK(image.format == PixelFormat::kGrey);
    CHECK(image.height == 4);
    CHECK(image.pixels.front() == 0);
    CHECK(image.pixels.back() == 255);
  }
}

TEST_CASE("A TIFF in colour decodes, whole or plane by plane", "[image]") {
  if (!is_built_in()) return;
  const Bytes rgb = ramp(20 * 18 * 3);
  TiffPage page{.width = 20, .height = 18, .samples = 3, .photometric = 2, .data = rgb};
  CHECK(decode_image(testing::make_tiff({page})).pixels == with_alpha(rgb));
  page.tile = 16;
  CHECK(decode_image(testing::make_tiff({page})).pixels == with_alpha(rgb));
  page.tile = 0;
  page.separate = true;
  page.data.clear();
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = c; i < rgb.size(); i += 3) page.data.push_back(rgb[i]);
  }
  CHECK(decode_image(testing::make_tiff({page})).pixels == with_alpha(rgb));
  const TiffPage deep{
      .bits = 16, .samples = 3, .photometric = 2, .data = as_bytes({65535, 0, 32896})};
  CHECK(decode_image(testing::make_tiff({deep})).pixels == Pixels{255, 0, 128, 255});
}

TEST_CASE("A TIFF's palette, CMYK, JPEG and alpha decode", "[image]") {
  if (!is_built_in()) return;
  TiffPage palette{.width = 2, .bits = 8, .photometric = 3, .data = {0, 1}};
  palette.palette.resize(3 * 256);
  palette.palette[0] = 0xFFFF;
  palette.palette[257] = 0x8080;
  CHECK(decode_image(testing::make_tiff({palette})).pixels ==
        Pixels{255, 0, 0, 255, 0, 128, 0, 255});

  const TiffPage cmyk{.samples = 4, .photometric = 5, .data = {255, 0, 0, 51}};
  CHECK(decode_image(testing::make_tiff({cmyk})).pixels == Pixels{0, 204, 204, 255});

  const TiffPage alpha{.samples = 4, .photometric = 2, .extra = 2, .data = {200, 100, 50, 128}};
  CHECK(decode_image(testing::make_tiff({alpha})).pixels == Pixels{200, 100, 50, 128});
  const TiffPage multiplied{.samples = 4, .photometric = 2, .extra = 1, .data = {100, 50, 0, 128}};
  CHECK(decode_image(testing::make_tiff({multiplied})).pixels == Pixels{199, 100, 0, 128});

  const testing::RgbPicture picture = testing::slanted_picture(32, 32);
  for (const std::uint16_t photometric : {2, 6}) {
    const Image jpeg = decode_image(testing::make_tiff({{.width = 32,
                                                         .height = 32,
                                                         .samples = 3,
                                                         .photometric = photometric,
                                                         .compression = 7,
                                                         .data = picture.samples}}));
    const Pixels expected = with_alpha(picture.samples);
    long difference = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      difference += std::abs(jpeg.pixels[i] - expected[i]);
    }
    CHECK(difference / static_cast<long>(expected.size()) <= 8);
  }
}

TEST_CASE("Every page of a TIFF can be asked for", "[image]") {
  if (!is_built_in()) return;
  std::vector<TiffPage> pages;
  for (std::uint32_t i = 0; i < 5; ++i) {
    pages.push_back({.width = i + 1, .data = Bytes(i + 1, static_cast<std::uint8_t>(40 * i))});
  }
  pages[2].reduced = true;
  for (const bool big : {false, true}) {
    const Bytes tiff = testing::make_tiff(pages, big);
    REQUIRE(page_count(tiff) == 4);
    CHECK(decode_image(tiff, {.page = 0}).width == 1);
    CHECK(decode_image(tiff, {.page = 2}).pixels == Bytes(4, 120));
    CHECK(decode_image(tiff, {.page = 3}).pixels == Bytes(5, 160));
    CHECK(message_of(tiff, {.page = 4}) == "no page 5: the file has 4");
    CHECK(message_of(tiff, {.max_pages = 4}) == "TIFF of more than 4 pages");
  }
}

TEST_CASE("Pages of a TIFF that follow each other in a circle are not counted for ever",
          "[image]") {
  // One directory without entries, which names itself as the next.
  Bytes tiff = testing::bytes_of("II*");
  tiff.insert(tiff.end(), {0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 0});
  if (!is_built_in()) return;
  CHECK(message_of(tiff) == "TIFF of more than 10000 pages");
}

TEST_CASE("A fault in a TIFF has a message of its own", "[image]") {
  const TiffPage sound{.width = 40, .height = 40, .compression = 5, .data = ramp(1600)};
  if (!is_built_in()) {
    CHECK(message_of(Bytes{'I', 'I', 42, 0}) ==
          "TIFF is not built in: install libtiff-dev and build again");
    return;
  }
  CHECK(message_of(Bytes{'I', 'I', 42, 0}) == "truncated TIFF");
  CHECK(message_of(Bytes{'M', 'M', 0, 42, 0, 0, 0, 9}) == "truncated TIFF");
  TiffPage floats{.bits = 32, .format = 3, .data = Bytes(4)};
  CHECK(message_of(testing::make_tiff({floats})).substr(0, 26) == "TIFF of a kind not handled");
  const Bytes tiff = testing::make_tiff({sound});
  CHECK(message_of(tiff, {.max_pixels = 1599}) == "40 x 40 pixels are more than the limit of 1599");
  Bytes damaged = tiff;
  std::fill(damaged.begin() + 8, damaged.begin() + 60, 0xFF);
  CHECK(message_of(damaged).substr(0, 14) == "damaged TIFF: ");
}

}  // namespace
}  // namespace mnist
