#include "mnist/image/decode.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "mnist/base/error.h"

#include "support/catch.h"
#include "support/environment.h"
#include "unit/image/decode_error.h"
#include "unit/image/pictures.h"

namespace mnist {
namespace {

using testing::Bytes;
using testing::bytes_of;
using testing::error_of;
using testing::JpegColour;
using testing::JpegPicture;
using testing::PngColour;
using testing::PngPicture;
using testing::prefix;
using testing::small_jpeg;
using testing::with_png_size;

PngPicture small_png(PngColour colour, int bit_depth, bool interlaced) {
  PngPicture picture{.width = 11,
                     .height = 9,
                     .colour = colour,
                     .bit_depth = bit_depth,
                     .interlaced = interlaced,
                     .samples = {}};
  const std::size_t samples = 11 * 9 * static_cast<std::size_t>(channels_of(colour));
  for (std::size_t i = 0; i < samples; ++i) {
    picture.samples.push_back(static_cast<std::uint16_t>(i * 40503u & ((1u << bit_depth) - 1)));
  }
  if (colour == PngColour::kPalette) {
    for (int i = 0; i < 1 << bit_depth; ++i) {
      const auto value = static_cast<std::uint8_t>(i * 37);
      picture.palette.push_back({value, static_cast<std::uint8_t>(255 - value), 7, 255});
    }
  }
  return picture;
}

std::vector<PngPicture> every_png() {
  const std::vector<std::pair<PngColour, std::vector<int>>> kinds = {
      {PngColour::kGrey, {1, 2, 4, 8, 16}},
      {PngColour::kRgb, {8, 16}},
      {PngColour::kPalette, {1, 2, 4, 8}},
      {PngColour::kGreyAlpha, {8, 16}},
      {PngColour::kRgba, {8, 16}}};
  std::vector<PngPicture> pictures;
  for (const auto& [colour, depths] : kinds) {
    for (const int depth : depths) {
      for (const bool interlaced : {false, true}) {
        pictures.push_back(small_png(colour, depth, interlaced));
      }
    }
  }
  return pictures;
}

// What PNG's specification makes of the samples, computed without libpng.
Image expected_image(const PngPicture& picture) {
  const auto channels = static_cast<std::size_t>(channels_of(picture.colour));
  const bool grey_only = picture.colour == PngColour::kGrey && picture.transparent.empty();
  Image image{.width = picture.width,
              .height = picture.height,
              .format = grey_only ? PixelFormat::kGrey : PixelFormat::kRgba,
              .pixels = {}};
  const unsigned most = (1u << picture.bit_depth) - 1;
  for (std::size_t i = 0; i < picture.samples.size(); i += channels) {
    const auto scaled = [&](std::size_t channel) {
      return static_cast<std::uint8_t>((picture.samples[i + channel] * 255u + most / 2) / most);
    };
    const auto alpha = [&](std::size_t channel) {
      if (channels == 2 || channels == 4) return scaled(channel);
      const bool is_key = std::equal(picture.transparent.begin(), picture.transparent.end(),
                                     picture.samples.begin() + static_cast<std::ptrdiff_t>(i));
      return static_cast<std::uint8_t>(!picture.transparent.empty() && is_key ? 0 : 255);
    };
    if (grey_only) {
      image.pixels.push_back(scaled(0));
    } else if (picture.colour == PngColour::kPalette) {
      const testing::Rgba& entry = picture.palette.at(picture.samples[i]);
      image.pixels.insert(image.pixels.end(), {entry.red, entry.green, entry.blue, entry.alpha});
    } else if (channels <= 2) {
      const std::uint8_t grey = scaled(0);
      image.pixels.insert(image.pixels.end(), {grey, grey, grey, alpha(1)});
    } else {
      image.pixels.insert(image.pixels.end(), {scaled(0), scaled(1), scaled(2), alpha(3)});
    }
  }
  return image;
}

// One of each kind of file.
std::vector<Bytes> specimens() {
  std::vector<Bytes> files;
  for (const PngPicture& picture : every_png()) files.push_back(make_png(picture));
  for (const JpegColour colour : {JpegColour::kGrey, JpegColour::kYcc, JpegColour::kYcck}) {
    for (const bool progressive : {false, true}) {
      JpegPicture picture = small_jpeg(colour, progressive);
      picture.app1 = testing::exif_segment(6, true);
      files.push_back(make_jpeg(picture));
    }
  }
  files.push_back(bytes_of("P1 # bits\n3 2\n1 0 1 010"));
  files.push_back(bytes_of("P2\n3 2\n15\n1 2 3 4 5 15\n"));
  files.push_back(bytes_of("P3\n1 2\n255\n1 2 3 4 5 255\n"));
  files.push_back(bytes_of("P4\n10 2\nabcd"));
  files.push_back(bytes_of("P5\n3 2\n255\nabcdef"));
  files.push_back(bytes_of("P6\n1 2\n300\n012345678912"));
  return files;
}

TEST_CASE("A PNG of every colour type, bit depth and interlace decodes exactly", "[image]") {
  for (const PngPicture& picture : every_png()) {
    CAPTURE(static_cast<int>(picture.colour), picture.bit_depth, picture.interlaced);
    CHECK(decode_image(make_png(picture)) == expected_image(picture));
  }
}

TEST_CASE("A PNG's transparent colour and transparent palette become alpha", "[image]") {
  for (const int depth : {1, 2, 4, 8, 16}) {
    CAPTURE(depth);
    PngPicture grey = small_png(PngColour::kGrey, depth, false);
    grey.transparent = {grey.samples[5]};
    CHECK(decode_image(make_png(grey)) == expected_image(grey));
  }
  for (const int depth : {8, 16}) {
    CAPTURE(depth);
    PngPicture rgb = small_png(PngColour::kRgb, depth, true);
    rgb.transparent = {rgb.samples[3], rgb.samples[4], rgb.samples[5]};
    CHECK(decode_image(make_png(rgb)) == expected_image(rgb));
  }
  PngPicture palette = small_png(PngColour::kPalette, 2, false);
  palette.palette[1].alpha = 0;
  palette.palette[2].alpha = 100;
  CHECK(decode_image(make_png(palette)) == expected_image(palette));
}

TEST_CASE("A PNG's gamma changes nothing", "[image]") {
  PngPicture picture = small_png(PngColour::kGrey, 8, false);
  picture.gamma = 0.2;
  CHECK(decode_image(make_png(picture)) == expected_image(picture));
}

TEST_CASE("Bytes that are not a picture are refused by name", "[image]") {
  CHECK(error_of({}).message() == "empty file");
  for (const std::string_view text :
       {"P", "P8\n1 1\n", "Pardon?", "GIF80a", "\x89PNG", "\xFF\xD8"}) {
    CAPTURE(text);
    CHECK(error_of(bytes_of(text)).kind() == ErrorKind::kUnsupported);
    CHECK(error_of(bytes_of(text)).message() ==
          "not a PNG, JPEG, WebP, HEIF, AVIF, TIFF, BMP, GIF or PNM image");
  }
}

TEST_CASE("A picture of more pixels than the limit is refused from its header", "[image]") {
  const Bytes png = make_png(small_png(PngColour::kGrey, 8, false));
  const Error error = error_of(with_png_size(png, 100'000, 100'000));
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(error.message() == "100000 x 100000 pixels are more than the limit of 1000 million");
  CHECK(error_of(with_png_size(png, 0x7FFFFFFF, 0x7FFFFFFF)).kind() == ErrorKind::kUnsupported);
  CHECK(error_of(bytes_of("P4\n2147483647 2147483647\n")).kind() == ErrorKind::kUnsupported);

  const DecodeOptions tight{.max_pixels = 98};
  CHECK(error_of(png, tight).message() == "11 x 9 pixels are more than the limit of 98");
  CHECK(error_of(make_jpeg(small_jpeg(JpegColour::kGrey)), tight).kind() ==
        ErrorKind::kUnsupported);
  CHECK_NOTHROW(decode_image(png, {.max_pixels = 99}));
}

TEST_CASE("A short file that claims a large picture is truncated", "[image]") {
  const Bytes png = make_png(small_png(PngColour::kRgba, 16, false));
  CHECK(error_of(with_png_size(png, 8000, 8000)).message() == "truncated PNG");
  const Bytes jpeg = make_jpeg(small_jpeg(JpegColour::kYcc));
  CHECK(error_of(testing::with_jpeg_size(jpeg, 8000, 8000)).message() == "truncated JPEG");
  CHECK(error_of(bytes_of("P6 8000 8000 255 a")).message() == "truncated PNM");
  CHECK(error_of(bytes_of("P2 8000 8000 255 1")).message() == "truncated PNM");
}

TEST_CASE("A file cut anywhere is an error", "[image]") {
  for (const Bytes& file : specimens()) {
    if (file[0] == 'P' && file[1] <= '3') continue;  // text: a cut last number is still a number
    for (std::size_t size = 0; size < file.size(); ++size) {
      CAPTURE(file.size(), size);
      CHECK_THROWS_AS(decode_image(prefix(file, size)), Error);
    }
  }
}

TEST_CASE("Random damage ends in a picture or in an error", "[image]") {
  const DecodeOptions options{.max_pixels = 1'000'000};
  std::mt19937 random(20240501);
  for (const Bytes& file : specimens()) {
    for (int round = 0; round < 300; ++round) {
      Bytes damaged = file;
      for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
        damaged[random() % damaged.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
      }
      try {
        const Image image = decode_image(damaged, options);
        REQUIRE(image.pixels.size() ==
                image.pixel_count() * static_cast<std::size_t>(image.channels()));
      } catch (const Error& error) {
        REQUIRE_FALSE(error.message().empty());
      }
    }
  }
}

TEST_CASE("the first bytes tell a picture from other files", "[image]") {
  const Bytes png = make_png(small_png(PngColour::kGrey, 8, false));
  CHECK(has_image_signature(prefix(png, kSignatureBytes)));
  CHECK_FALSE(has_image_signature(prefix(png, 7)));
  CHECK(has_image_signature(Bytes{0xFF, 0xD8, 0xFF, 0xE0}));
  CHECK(has_image_signature(bytes_of("P5\n1 1 2")));
  CHECK(has_image_signature(bytes_of(std::string_view("RIFF....WEBP", 12))));
  CHECK(
      has_image_signature(bytes_of(std::string_view("\0\0\0\x18"
                                                    "ftypheic",
                                                    12))));
  CHECK(has_image_signature(bytes_of(std::string_view("MM\0*", 4))));
  CHECK_FALSE(has_image_signature(bytes_of("BM is how this text begins, a long one")));
  CHECK_FALSE(has_image_signature(bytes_of("P7\nWIDTH")));
  CHECK_FALSE(has_image_signature(bytes_of("Page 1")));
  CHECK_FALSE(has_image_signature({}));
}

TEST_CASE("Every test picture decodes", "[image][needs-pictures]") {
  int decoded = 0;
  for (const char* name : {"photos-dev", "multi-dev", "nondigits-dev"}) {
    const auto folder = testing::test_pictures_or_skip(name);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".png" && extension != ".jpg") continue;
      CAPTURE(entry.path().string());
      std::ifstream stream(entry.path(), std::ios::binary);
      const Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
      CHECK_NOTHROW(decode_image(bytes));
      ++decoded;
    }
  }
  CHECK(decoded > 0);
}

}  // namespace
}  // namespace mnist
