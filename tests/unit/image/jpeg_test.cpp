#include <algorithm>
#include <array>
#include <cstdlib>

#include "mnist/base/error.h"
#include "mnist/image/decode.h"

#include "support/catch.h"
#include "unit/image/decode_error.h"
#include "unit/image/pictures.h"

namespace mnist {
namespace {

using testing::Bytes;
using testing::error_of;
using testing::JpegColour;
using testing::JpegPicture;
using testing::prefix;
using testing::small_jpeg;

int largest_difference(const Image& image, const std::vector<std::uint8_t>& pixels) {
  REQUIRE(image.pixels.size() == pixels.size());
  int largest = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    largest = std::max(largest, std::abs(image.pixels[i] - pixels[i]));
  }
  return largest;
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

}  // namespace
}  // namespace mnist
