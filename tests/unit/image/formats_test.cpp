// BMP, GIF and WebP; known formats that are not read.
#include <algorithm>

#include "mnist/base/error.h"
#include "mnist/image/decode.h"

#include "support/catch.h"
#include "unit/image/files.h"

namespace mnist {
namespace {

using namespace std::string_view_literals;
using testing::BmpPicture;
using testing::Bytes;
using testing::bytes_of;
using testing::GifPicture;
using Pixels = std::vector<std::uint8_t>;

std::string message_of(std::span<const std::uint8_t> bytes, const DecodeOptions& options = {}) {
  try {
    decode_image(bytes, options);
  } catch (const Error& error) {
    return error.message();
  }
  return "decoded";
}

std::vector<testing::Rgba> greys(int count) {
  std::vector<testing::Rgba> palette;
  for (int i = 0; i < count; ++i) {
    const auto grey = static_cast<std::uint8_t>(i * 255 / (count - 1));
    palette.push_back({grey, grey, grey, 255});
  }
  return palette;
}

TEST_CASE("A BMP of every depth decodes, either way up", "[image]") {
  for (const bool top_down : {false, true}) {
    for (const int bits : {1, 2, 4, 8}) {
      CAPTURE(bits, top_down);
      BmpPicture picture{.width = 11,
                         .height = 3,
                         .bits = bits,
                         .top_down = top_down,
                         .palette = greys(1 << bits)};
      Pixels expected;
      for (std::uint32_t i = 0; i < 33; ++i) {
        picture.values.push_back(i * 7 % (1u << bits));
        expected.push_back(picture.palette[picture.values.back()].red);
      }
      const Image image = decode_image(testing::make_bmp(picture));
      CHECK(image.format == PixelFormat::kGrey);
      CHECK(image.width == 11);
      CHECK(image.pixels == expected);
      if (top_down) continue;
      picture.core = true;
      CHECK(decode_image(testing::make_bmp(picture)).pixels == expected);
    }
    for (const int bits : {24, 32}) {
      const BmpPicture picture{.width = 2,
                               .height = 2,
                               .bits = bits,
                               .top_down = top_down,
                               .values = {0x010203, 0x040506, 0x070809, 0x0A0B0C}};
      CHECK(decode_image(testing::make_bmp(picture)).pixels ==
            Pixels{1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 255});
    }
  }
}

TEST_CASE("A BMP's masks say where its channels are", "[image]") {
  const BmpPicture five{.bits = 16, .values = {0x7C1F}};
  CHECK(decode_image(testing::make_bmp(five)).pixels == Pixels{255, 0, 255, 255});
  const BmpPicture six{
      .bits = 16, .compression = 3, .masks = {0xF800, 0x07E0, 0x001F}, .values = {0x07E0}};
  CHECK(decode_image(testing::make_bmp(six)).pixels == Pixels{0, 255, 0, 255});
  const BmpPicture alpha{.bits = 32,
                         .compression = 3,
                         .masks = {0xFF, 0xFF00, 0xFF0000, 0xFF000000},
                         .values = {0x80030201}};
  CHECK(decode_image(testing::make_bmp(alpha)).pixels == Pixels{1, 2, 3, 128});
}

TEST_CASE("A BMP's densities count", "[image]") {
  BmpPicture picture{.width = 4, .height = 4, .values = std::vector<std::uint32_t>(16, 7)};
  picture.x_density = 2000;
  picture.y_density = 1000;
  CHECK(decode_image(testing::make_bmp(picture)).height == 8);
  picture.y_density = -1000;
  CHECK(decode_image(testing::make_bmp(picture)).height == 4);
}

TEST_CASE("A fault in a BMP has a message of its own", "[image]") {
  const BmpPicture sound{.width = 3, .height = 2, .values = std::vector<std::uint32_t>(6)};
  Bytes bytes = testing::make_bmp(sound);
  bytes.pop_back();
  CHECK(message_of(bytes) == "truncated BMP");
  BmpPicture picture = sound;
  picture.compression = 1;
  CHECK(message_of(testing::make_bmp(picture)) == "BMP with run-length coding: save it as PNG");
  picture.compression = 9;
  CHECK(message_of(testing::make_bmp(picture)) == "BMP of an unknown compression, 9");
  picture = sound;
  picture.bits = 5;
  CHECK(message_of(testing::make_bmp(picture)) == "BMP of 5 bits a pixel");
  bytes = testing::make_bmp(sound);
  std::fill_n(bytes.begin() + 18, 4, 0);
  CHECK(message_of(bytes) == "BMP without pixels");
  bytes = testing::make_bmp(sound);
  std::fill_n(bytes.begin() + 18, 2, 0x7F);
  CHECK(message_of(bytes) == "truncated BMP");
}

TEST_CASE("A GIF decodes, however it was packed", "[image]") {
  for (const int colours : {2, 4, 16, 256}) {
    for (const bool interlaced : {false, true}) {
      for (const bool compressed : {false, true}) {
        CAPTURE(colours, interlaced, compressed);
        GifPicture picture{.width = 37,
                           .height = 29,
                           .palette = greys(colours),
                           .interlaced = interlaced,
                           .compressed = compressed};
        Pixels expected;
        for (int i = 0; i < 37 * 29; ++i) {
          const auto number = static_cast<std::uint8_t>((i / 5 * 3 + i % 37) % colours);
          picture.numbers.push_back(number);
          expected.push_back(picture.palette[number].red);
        }
        const Image image = decode_image(testing::make_gif(picture));
        CHECK(image.format == PixelFormat::kGrey);
        CHECK(image.width == 37);
        CHECK(image.pixels == expected);
      }
    }
  }
}

TEST_CASE("A long GIF fills its table of strings and goes on", "[image]") {
  GifPicture picture{.width = 300, .height = 200, .palette = greys(256)};
  unsigned value = 1;
  Pixels expected;
  for (int i = 0; i < 60'000; ++i) {
    value = value * 1103515245 + 12345;
    picture.numbers.push_back(static_cast<std::uint8_t>(value >> 16 & 3));
    expected.push_back(picture.palette[picture.numbers.back()].red);
  }
  CHECK(decode_image(testing::make_gif(picture)).pixels == expected);
}

TEST_CASE("A GIF's colours, transparent colour and aspect", "[image]") {
  GifPicture picture{
      .width = 2, .height = 1, .palette = {{1, 2, 3, 255}, {4, 5, 6, 255}}, .numbers = {0, 1}};
  CHECK(decode_image(testing::make_gif(picture)).pixels == Pixels{1, 2, 3, 255, 4, 5, 6, 255});
  picture.transparent = 1;
  CHECK(decode_image(testing::make_gif(picture)).pixels == Pixels{1, 2, 3, 255, 4, 5, 6, 0});
  picture.aspect = 113;  // (113 + 15) / 64 = 2
  CHECK(decode_image(testing::make_gif(picture)).width == 4);
}

TEST_CASE("A GIF cut anywhere, or without a picture, is an error", "[image]") {
  GifPicture picture{.width = 5, .height = 5, .palette = greys(4), .numbers = Bytes(25, 3)};
  const Bytes gif = testing::make_gif(picture);
  constexpr std::size_t kEnd = 3;  // the code of the end, the end of the chunks, and of the file
  for (std::size_t size = 0; size + kEnd < gif.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(decode_image(std::span(gif).first(size)), Error);
  }
  CHECK(message_of(bytes_of("GIF89a\1\0\1\0\0\0\0;"sv)) == "GIF without a picture");
  CHECK(message_of(bytes_of("GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1\0\0"sv)) ==
        "damaged GIF: it has no palette");
  Bytes large = testing::make_gif({.width = 1, .height = 1, .palette = greys(2), .numbers = {0}});
  const Bytes frame = bytes_of(",\0\0\0\0\1\0\1\0"sv);
  const auto at = std::search(large.begin(), large.end(), frame.begin(), frame.end());
  const Bytes size = bytes_of("\xFF\xFF\xFF\xFF"sv);
  std::copy(size.begin(), size.end(), at + 5);
  CHECK(message_of(large) == "65535 x 65535 pixels are more than the limit of 1000 million");
  CHECK(message_of(large, {.max_pixels = 1ull << 40}) ==
        "65535 x 65535 pixels are more than the limit of 64 million for a GIF");
}

TEST_CASE("A WebP decodes, with transparency and as an animation", "[image]") {
  const testing::RgbPicture picture = testing::slanted_picture(20, 12);
  const Bytes webp = testing::make_webp(picture);
  if (webp.empty()) {
    CHECK(message_of(bytes_of("RIFF\4\0\0\0WEBP"sv)) ==
          "WebP is not built in: install libwebp-dev and build again");
    return;
  }
  const Image image = decode_image(webp);
  CHECK(image.format == PixelFormat::kRgba);
  for (std::size_t i = 0; i < image.pixel_count(); ++i) {
    REQUIRE(image.pixels[4 * i] == picture.samples[3 * i]);
    REQUIRE(image.pixels[4 * i + 3] == 255);
  }
  CHECK(decode_image(testing::make_animated_webp(picture)) == image);
  const Bytes rgba = {10, 20, 30, 255, 40, 50, 60, 128};
  CHECK(decode_image(testing::make_webp_with_alpha(2, 1, rgba)).pixels == rgba);
  for (std::size_t size = 12; size < webp.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(decode_image(std::span(webp).first(size)), Error);
  }
}

TEST_CASE("A HEIF cut anywhere is an error or a picture, and prints nothing", "[image]") {
  for (const bool av1 : {false, true}) {
    if (!testing::can_make_heif(av1)) continue;
    const Bytes heif = testing::make_heif(testing::slanted_picture(40, 24), 1, av1);
    for (std::size_t size = 12; size + 1 < heif.size(); size += 17) {
      CAPTURE(av1, size);
      CHECK_THROWS_AS(decode_image(std::span(heif).first(size)), Error);
    }
  }
}

TEST_CASE("What is known and not read is named, with what to do", "[image]") {
  const auto starts = [](std::string_view bytes, std::string_view message) {
    CAPTURE(bytes);
    const std::string said = message_of(bytes_of(bytes));
    CHECK(said.substr(0, message.size()) == message);
    CHECK(said.size() > message.size());
  };
  starts("%PDF-1.7\n", "PDF is not supported: make pictures of its pages with pdftoppm");
  starts("junk before\n%PDF-1.4\n", "PDF is not supported");
  starts("%!PS-Adobe-3.0", "PostScript is not supported");
  starts("<?xml version='1.0'?><!-- --><svg width='1'/>", "SVG is not supported");
  starts("<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG is not supported");
  starts("8BPS\0\1"sv, "Photoshop's format (PSD) is not supported");
  starts("\0\0\0\x0CjP  \r\n\x87\n"sv, "JPEG 2000 is not supported");
  starts("\xFF\x4F\xFF\x51\0\0"sv, "JPEG 2000 is not supported");
  starts("\xFF\x0A\0\0"sv, "JPEG XL is not supported");
  starts("\0\0\0\x0CJXL \r\n\x87\n"sv, "JPEG XL is not supported");
  starts("\0\0\1\0\1\0"sv, "an icon (ICO) is not supported");
  starts("\x76\x2F\x31\x01"sv, "OpenEXR is not supported");
  starts("AT&TFORM", "DjVu is not supported");
  starts("P7\nWIDTH 1\n", "PAM is not supported");
  starts(
      "\0\0\0\x18"
      "ftypmp42\0\0\0\0"sv,
      "a video is not supported");
  starts("RIFF\1\1\1\1AVI LIST", "a video is not supported");
  starts("\x1A\x45\xDF\xA3"sv, "a video is not supported");
  starts("PK\3\4"sv, "an archive or a document");
  starts("\x1F\x8B\x08"sv, "compressed with gzip");
  CHECK(message_of(bytes_of("<!DOCTYPE html><html></html>")) == "a web page, not a picture");
  CHECK(message_of(bytes_of("<xml/>")) ==
        "not a PNG, JPEG, WebP, HEIF, AVIF, TIFF, BMP, GIF or PNM image");
}

TEST_CASE("What is built in is told by name", "[image]") {
  const auto names = supported_image_formats();
  for (const std::string_view name : {"PNG", "JPEG", "PNM", "BMP", "GIF"}) {
    CHECK(std::ranges::find(names, name) != names.end());
  }
}

TEST_CASE("One picture is one page, and there is no other", "[image]") {
  const Bytes pnm = bytes_of("P5 1 1 255\n7");
  CHECK(page_count(pnm) == 1);
  CHECK(message_of(pnm, {.page = 1}) == "no page 2: the file has one");
  CHECK_THROWS_AS(page_count(bytes_of("Pardon?")), Error);
}

}  // namespace
}  // namespace mnist
