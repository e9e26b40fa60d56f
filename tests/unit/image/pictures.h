// Small files of every kind that the decoders must read, made with libpng and libjpeg themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mnist::testing {

using Bytes = std::vector<std::uint8_t>;

enum class PngColour { kGrey = 0, kRgb = 2, kPalette = 3, kGreyAlpha = 4, kRgba = 6 };
constexpr int channels_of(PngColour colour) {
  switch (colour) {
    case PngColour::kRgb:
      return 3;
    case PngColour::kGreyAlpha:
      return 2;
    case PngColour::kRgba:
      return 4;
    default:
      return 1;
  }
}

struct Rgba {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  std::uint8_t alpha = 255;
};

struct PngPicture {
  int width = 1;
  int height = 1;
  PngColour colour = PngColour::kGrey;
  int bit_depth = 8;
  bool interlaced = false;
  std::vector<std::uint16_t> samples;           // unpacked, row by row
  std::vector<Rgba> palette = {};               // with kPalette
  std::vector<std::uint16_t> transparent = {};  // tRNS of kGrey (1) and kRgb (3), empty for none
  std::optional<double> gamma = std::nullopt;   // gAMA
};
Bytes make_png(const PngPicture& picture);

// The same file with width and height overwritten in IHDR, and its checksum corrected.
Bytes with_png_size(Bytes png, std::uint32_t width, std::uint32_t height);

enum class JpegColour { kGrey, kYcc, kRgb, kCmyk, kYcck };
struct JpegPicture {
  int width = 1;
  int height = 1;
  JpegColour colour = JpegColour::kGrey;
  Bytes samples;  // grey; RGB; or CMYK with 255 for full ink, stored inverted as Adobe does
  bool progressive = false;
  bool one_scan_per_frequency = false;  // grey only: 127 scans, all of them legitimate
  int restart_rows = 0;                 // block rows between restart markers, 0 for none
  Bytes app1 = {};                      // one APP1 segment, empty for none
};
Bytes make_jpeg(const JpegPicture& picture);
// Smooth, without any symmetry, with sides that are not multiples of a block: 21 x 13.
JpegPicture small_jpeg(JpegColour colour, bool progressive = false);

// The same file with another size, or another process (SOF0 is 0xC0), written into its frame
// header.
Bytes with_jpeg_size(Bytes jpeg, std::uint16_t width, std::uint16_t height);
Bytes with_jpeg_process(Bytes jpeg, std::uint8_t marker);

// An EXIF segment that says this orientation, between two other tags.
Bytes exif_segment(int orientation, bool little_endian);

Bytes bytes_of(std::string_view text);
// A copy of exactly that size, so that a sanitizer sees every byte read beyond it.
Bytes prefix(const Bytes& bytes, std::size_t size);
Bytes joined(Bytes first, std::span<const std::uint8_t> second);

}  // namespace mnist::testing
