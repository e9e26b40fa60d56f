#include "mnist/image/decode.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "mnist/base/error.h"

#include "support/catch.h"
#include "support/environment.h"
#include "unit/image/pictures.h"

namespace mnist {
namespace {

using testing::Bytes;
using testing::bytes_of;
using testing::JpegColour;
using testing::JpegPicture;
using testing::PngColour;
using testing::PngPicture;
using testing::with_png_size;

// The error that decoding ends with; a failed check where it does not.
Error error_of(std::span<const std::uint8_t> bytes, const DecodeOptions& options = {}) {
  try {
    decode_image(bytes, options);
  } catch (const Error& error) {
    return error;
  }
  FAIL("decoded without an error");
  return {ErrorKind::kUsage, ""};
}

// A copy of exactly that size, so that a sanitizer sees every byte read beyond it.
Bytes prefix(const Bytes& bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

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

// Smooth, not symmetric in any way, with sides that are no multiples of a block.
JpegPicture small_jpeg(JpegColour colour, bool progressive = false) {
  JpegPicture picture{
      .width = 21, .height = 13, .colour = colour, .samples = {}, .progressive = progressive};
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const int values[] = {5 * x + 9 * y, 200 - 6 * x, 40 + 10 * y, 3 * x + 2 * y};
      const int channels = colour == JpegColour::kGrey                                  ? 1
                           : colour == JpegColour::kCmyk || colour == JpegColour::kYcck ? 4
                                                                                        : 3;
      for (int c = 0; c < channels; ++c) {
        picture.samples.push_back(static_cast<std::uint8_t>(values[c]));
      }
    }
  }
  return picture;
}

int largest_difference(const Image& image, const std::vector<std::uint8_t>& pixels) {
  REQUIRE(image.pixels.size() == pixels.size());
  int largest = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    largest = std::max(largest, std::abs(image.pixels[i] - pixels[i]));
  }
  return largest;
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

TEST_CASE("A JPEG in grey stays grey and is within two levels", "[image]") {
  for (const bool progressive : {false, true}) {
    const JpegPicture picture = small_jpeg(JpegColour::kGrey, progressive);
    const Image image = decode_image(make_jpeg(picture));
    CHECK(image.format == PixelFormat::kGrey);
    CHECK(image.width == 21);
    CHECK(image.height == 13);
    CHECK(largest_difference(image, picture.samples) <= 2);
  }
}

TEST_CASE("A JPEG in colour comes as opaque RGBA", "[image]") {
  for (const JpegColour colour : {JpegColour::kYcc, JpegColour::kRgb}) {
    for (const bool progressive : {false, true}) {
      const JpegPicture picture = small_jpeg(colour, progressive);
      std::vector<std::uint8_t> expected;
      for (std::size_t i = 0; i < picture.samples.size(); i += 3) {
        expected.insert(expected.end(), picture.samples.begin() + static_cast<std::ptrdiff_t>(i),
                        picture.samples.begin() + static_cast<std::ptrdiff_t>(i + 3));
        expected.push_back(255);
      }
      const Image image = decode_image(make_jpeg(picture));
      CHECK(image.format == PixelFormat::kRgba);
      CHECK(largest_difference(image, expected) <= 8);  // chroma at half resolution
    }
  }
}

TEST_CASE("A JPEG in CMYK or YCCK becomes RGB with white where there is no ink", "[image]") {
  for (const JpegColour colour : {JpegColour::kCmyk, JpegColour::kYcck}) {
    const JpegPicture picture = small_jpeg(colour);
    std::vector<std::uint8_t> expected;
    for (std::size_t i = 0; i < picture.samples.size(); i += 4) {
      const int paper = 255 - picture.samples[i + 3];
      for (std::size_t c = 0; c < 3; ++c) {
        expected.push_back(static_cast<std::uint8_t>(paper * (255 - picture.samples[i + c]) / 255));
      }
      expected.push_back(255);
    }
    CHECK(largest_difference(decode_image(make_jpeg(picture)), expected) <= 8);
  }
}

TEST_CASE("An EXIF segment that is damaged or absurd leaves a JPEG as it is stored", "[image]") {
  JpegPicture picture = small_jpeg(JpegColour::kGrey);
  const Image stored = decode_image(make_jpeg(picture));
  const Bytes exif = testing::exif_segment(6, true);
  constexpr std::size_t kEndOfOrientation = 6 + 8 + 2 + 12 + 10;
  for (std::size_t size = 1; size < kEndOfOrientation; ++size) {
    picture.app1 = prefix(exif, size);
    CHECK(decode_image(make_jpeg(picture)) == stored);
  }
  for (const int orientation : {0, 9, 65535}) {
    picture.app1 = testing::exif_segment(orientation, false);
    CHECK(decode_image(make_jpeg(picture)) == stored);
  }
  picture.app1 = exif;
  std::fill_n(picture.app1.begin() + 10, 4, 0xFF);  // the directory lies beyond the end
  CHECK(decode_image(make_jpeg(picture)) == stored);
}

TEST_CASE("The first picture of several JPEGs in one file is read", "[image]") {
  const Bytes first = make_jpeg(small_jpeg(JpegColour::kYcc));
  const Bytes second = make_jpeg(small_jpeg(JpegColour::kGrey));
  CHECK(decode_image(testing::joined(first, second)) == decode_image(first));
}

TEST_CASE("A progressive JPEG of more scans than allowed is refused", "[image]") {
  JpegPicture picture = small_jpeg(JpegColour::kGrey);
  const Image expected = decode_image(make_jpeg(picture));
  picture.one_scan_per_frequency = true;
  const Bytes jpeg = make_jpeg(picture);
  CHECK(error_of(jpeg).kind() == ErrorKind::kUnsupported);
  CHECK(error_of(jpeg).message() == "JPEG with more than 64 scans");
  CHECK(decode_image(jpeg, {.max_jpeg_scans = 127}) == expected);
  CHECK(error_of(jpeg, {.max_jpeg_scans = 126}).kind() == ErrorKind::kUnsupported);
}

TEST_CASE("A JPEG whose data end before its picture does is an error", "[image]") {
  for (const bool progressive : {false, true}) {
    Bytes jpeg = make_jpeg(small_jpeg(JpegColour::kYcc, progressive));
    jpeg.resize(jpeg.size() - 10);  // the end marker and a little of the last scan
    CHECK(error_of(jpeg).message() == "truncated JPEG");
    CHECK(error_of(testing::joined(jpeg, Bytes{0xFF, 0xD9})).message() ==
          "damaged JPEG: its data end early");
  }
}

TEST_CASE("A JPEG damaged between two restart markers still decodes", "[image]") {
  JpegPicture picture = small_jpeg(JpegColour::kGrey);
  picture.restart_rows = 1;
  Bytes jpeg = make_jpeg(picture);
  constexpr std::array<std::uint8_t, 2> kRestart = {0xFF, 0xD0};
  const auto restart = std::search(jpeg.begin(), jpeg.end(), kRestart.begin(), kRestart.end());
  REQUIRE(restart != jpeg.end());
  jpeg.erase(restart - 4, restart);
  CHECK(decode_image(jpeg).pixels.size() == picture.samples.size());
}

TEST_CASE("A JPEG of a kind not handled is refused as such", "[image]") {
  const Bytes jpeg = make_jpeg(small_jpeg(JpegColour::kGrey));
  const Error arithmetic = error_of(testing::with_jpeg_process(jpeg, 0xC9));
  CHECK(arithmetic.kind() == ErrorKind::kUnsupported);
  CHECK(arithmetic.message() == "JPEG with arithmetic coding");
  const Error differential = error_of(testing::with_jpeg_process(jpeg, 0xC5));
  CHECK(differential.kind() == ErrorKind::kUnsupported);
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
    if (file[0] == 'P' && file[1] <= '3') continue;  // text: a cut last number is a number still
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
