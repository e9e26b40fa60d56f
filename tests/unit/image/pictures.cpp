#include "unit/image/pictures.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <png.h>
#include <zlib.h>
// After <cstdio>, which it needs.
#include <jpeglib.h>

namespace mnist::testing {
namespace {

void append(png_structp png, png_bytep data, std::size_t count) {
  auto& bytes = *static_cast<Bytes*>(png_get_io_ptr(png));
  bytes.insert(bytes.end(), data, data + count);
}

// Samples of less than a byte share one, the first in the high bits.
std::vector<Bytes> pack_rows(const PngPicture& picture) {
  const std::size_t row_samples = static_cast<std::size_t>(picture.width) *
                                  static_cast<std::size_t>(channels_of(picture.colour));
  std::vector<Bytes> rows;
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
    Bytes row((row_samples * static_cast<std::size_t>(picture.bit_depth) + 7) / 8);
    for (std::size_t i = 0; i < row_samples; ++i) {
      const unsigned sample = picture.samples.at(y * row_samples + i);
      const std::size_t bit = i * static_cast<std::size_t>(picture.bit_depth);
      if (picture.bit_depth == 16) {
        row[2 * i] = static_cast<std::uint8_t>(sample >> 8);
        row[2 * i + 1] = static_cast<std::uint8_t>(sample);
      } else {
        row[bit / 8] |= static_cast<std::uint8_t>(sample << (8 - picture.bit_depth - bit % 8));
      }
    }
    rows.push_back(row);
  }
  return rows;
}

void write_palette(png_structp png, png_infop info, const std::vector<Rgba>& palette) {
  std::vector<png_color> colours;
  Bytes alpha;
  for (const Rgba& entry : palette) {
    colours.push_back({entry.red, entry.green, entry.blue});
    alpha.push_back(entry.alpha);
  }
  const int count = static_cast<int>(colours.size());
  png_set_PLTE(png, info, colours.data(), count);
  for (const Rgba& entry : palette) {
    if (entry.alpha != 255) {
      png_set_tRNS(png, info, alpha.data(), count, nullptr);
      return;
    }
  }
}

void write_key_colour(png_structp png, png_infop info, const std::vector<std::uint16_t>& key) {
  png_color_16 colour{};
  colour.gray = key.front();
  if (key.size() == 3) {
    colour.red = key[0];
    colour.green = key[1];
    colour.blue = key[2];
  }
  png_set_tRNS(png, info, nullptr, 0, &colour);
}

J_COLOR_SPACE input_space(JpegColour colour) {
  switch (colour) {
    case JpegColour::kGrey:
      return JCS_GRAYSCALE;
    case JpegColour::kCmyk:
    case JpegColour::kYcck:
      return JCS_CMYK;
    default:
      return JCS_RGB;
  }
}

J_COLOR_SPACE file_space(JpegColour colour) {
  switch (colour) {
    case JpegColour::kGrey:
      return JCS_GRAYSCALE;
    case JpegColour::kYcc:
      return JCS_YCbCr;
    case JpegColour::kRgb:
      return JCS_RGB;
    case JpegColour::kCmyk:
      return JCS_CMYK;
    default:
      return JCS_YCCK;
  }
}

// DC, then each of the 63 frequencies in two scans: all but its lowest bit, and that bit.
std::vector<jpeg_scan_info> scan_per_frequency() {
  std::vector<jpeg_scan_info> scans{{1, {0}, 0, 0, 0, 0}};
  for (int frequency = 1; frequency < DCTSIZE2; ++frequency) {
    scans.push_back({1, {0}, frequency, frequency, 0, 1});
    scans.push_back({1, {0}, frequency, frequency, 1, 0});
  }
  return scans;
}

void put(Bytes& bytes, std::uint32_t value, int size, bool little_endian) {
  for (int i = 0; i < size; ++i) {
    const int shift = 8 * (little_endian ? i : size - 1 - i);
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

// Marker (2 bytes), length (2), precision (1), height (2), width (2) ...
Bytes::iterator baseline_frame(Bytes& jpeg) {
  constexpr std::array<std::uint8_t, 2> kMarker = {0xFF, 0xC0};
  return std::search(jpeg.begin(), jpeg.end(), kMarker.begin(), kMarker.end());
}

}  // namespace

Bytes make_png(const PngPicture& picture) {
  Bytes bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, append, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width),
               static_cast<png_uint_32>(picture.height), picture.bit_depth,
               static_cast<int>(picture.colour),
               picture.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!picture.palette.empty()) write_palette(png, info, picture.palette);
  if (!picture.transparent.empty()) write_key_colour(png, info, picture.transparent);
  if (picture.gamma) png_set_gAMA(png, info, *picture.gamma);
  png_write_info(png, info);
  const std::vector<Bytes> rows = pack_rows(picture);
  const int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; ++pass) {
    for (const Bytes& row : rows) png_write_row(png, row.data());
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

// Signature (8 bytes), length (4), "IHDR", width (4), height (4), 5 more bytes, checksum (4).
Bytes with_png_size(Bytes png, std::uint32_t width, std::uint32_t height) {
  constexpr std::size_t kType = 12;
  constexpr std::size_t kTypeAndData = 17;
  Bytes size;
  put(size, width, 4, false);
  put(size, height, 4, false);
  std::copy(size.begin(), size.end(), png.begin() + kType + 4);
  Bytes checksum;
  put(checksum, static_cast<std::uint32_t>(crc32(0, png.data() + kType, kTypeAndData)), 4, false);
  std::copy(checksum.begin(), checksum.end(), png.begin() + kType + kTypeAndData);
  return png;
}

Bytes make_jpeg(const JpegPicture& picture) {
  jpeg_error_mgr errors;
  jpeg_compress_struct info;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);

  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.in_color_space = input_space(picture.colour);
  info.input_components = picture.colour == JpegColour::kGrey ? 1
                          : info.in_color_space == JCS_CMYK   ? 4
                                                              : 3;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, file_space(picture.colour));
  jpeg_set_quality(&info, 95, TRUE);
  info.restart_in_rows = picture.restart_rows;
  if (picture.progressive) jpeg_simple_progression(&info);
  const std::vector<jpeg_scan_info> scans = scan_per_frequency();
  if (picture.one_scan_per_frequency) {
    info.scan_info = scans.data();
    info.num_scans = static_cast<int>(scans.size());
  }

  jpeg_start_compress(&info, TRUE);
  if (!picture.app1.empty()) {
    jpeg_write_marker(&info, JPEG_APP0 + 1, picture.app1.data(),
                      static_cast<unsigned>(picture.app1.size()));
  }
  const std::size_t stride =
      std::size_t{info.image_width} * static_cast<std::size_t>(info.input_components);
  for (std::size_t y = 0; y < info.image_height; ++y) {
    const auto first = picture.samples.begin() + static_cast<std::ptrdiff_t>(y * stride);
    Bytes row(first, first + static_cast<std::ptrdiff_t>(stride));
    if (info.in_color_space == JCS_CMYK) {
      for (std::uint8_t& ink : row) ink = static_cast<std::uint8_t>(255 - ink);
    }
    JSAMPROW pointer = row.data();
    jpeg_write_scanlines(&info, &pointer, 1);
  }
  jpeg_finish_compress(&info);
  Bytes bytes(data, data + size);
  jpeg_destroy_compress(&info);
  std::free(data);
  return bytes;
}

Bytes with_jpeg_size(Bytes jpeg, std::uint16_t width, std::uint16_t height) {
  Bytes size;
  put(size, height, 2, false);
  put(size, width, 2, false);
  std::copy(size.begin(), size.end(), baseline_frame(jpeg) + 5);
  return jpeg;
}

Bytes with_jpeg_process(Bytes jpeg, std::uint8_t marker) {
  baseline_frame(jpeg)[1] = marker;
  return jpeg;
}

JpegPicture small_jpeg(JpegColour colour, bool progressive) {
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

Bytes exif_segment(int orientation, bool little_endian) {
  constexpr std::uint32_t kShort = 3;
  Bytes bytes = bytes_of(std::string_view("Exif\0\0", 6));
  bytes = joined(bytes, bytes_of(little_endian ? "II" : "MM"));
  put(bytes, 42, 2, little_endian);
  put(bytes, 8, 4, little_endian);  // the directory follows at once
  put(bytes, 3, 2, little_endian);
  for (const auto& [tag, value] : {std::pair{0x0106u, 2u},  // PhotometricInterpretation
                                   std::pair{0x0112u, static_cast<std::uint32_t>(orientation)},
                                   std::pair{0x0128u, 2u}}) {  // ResolutionUnit
    put(bytes, tag, 2, little_endian);
    put(bytes, kShort, 2, little_endian);
    put(bytes, 1, 4, little_endian);
    put(bytes, value, 2, little_endian);
    put(bytes, 0, 2, little_endian);
  }
  put(bytes, 0, 4, little_endian);  // no further directory
  return bytes;
}

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

Bytes prefix(const Bytes& bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

Bytes joined(Bytes first, std::span<const std::uint8_t> second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace mnist::testing
