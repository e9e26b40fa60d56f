// PNM (netpbm's pbm(5), pgm(5), ppm(5)): "P1" to "P6", width, height and, except for bitmaps,
// maxval, as decimal numbers between white space and comments ("#" to the end of the line); then
// the samples, as text (P1, P2, P3) or, after exactly one white space, as bytes: bits packed in
// rows of whole bytes (P4), one byte a sample (P5, P6), two with the high one first if maxval >
// 255.
// The size is compared with the bytes present before memory is asked for. Anything after the first
// picture is not read.
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/image/canvas.h"
#include "mnist/image/codecs.h"

namespace mnist {
namespace {

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }

// Reads forward; asking for more than there is means that the file is truncated.
class PnmReader {
 public:
  explicit PnmReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  std::size_t left() const { return rest_.size(); }

  std::uint8_t byte() {
    require(1);
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }

  // A decimal number, after any white space and comments.
  int number() {
    skip_space();
    if (!is_digit(peek())) throw_corrupt("damaged PNM: a number is missing");
    std::int64_t value = 0;
    while (left() > 0 && is_digit(rest_.front())) {
      value = value * 10 + (byte() - '0');
      if (value > std::numeric_limits<int>::max())
        throw_corrupt("damaged PNM: a number is too large");
    }
    return static_cast<int>(value);
  }

  // One pixel of a P1: these need no space between them.
  bool bit() {
    skip_space();
    const std::uint8_t c = byte();
    if (c != '0' && c != '1') throw_corrupt("damaged PNM: a bitmap holds more than 0 and 1");
    return c == '1';
  }

  void require(std::uint64_t count) const {
    if (left() < count) throw_corrupt("truncated PNM");
  }

 private:
  std::uint8_t peek() const {
    require(1);
    return rest_.front();
  }

  void skip_space() {
    while (is_space(peek()) || peek() == '#') {
      if (byte() != '#') continue;
      while (peek() != '\n' && peek() != '\r') byte();
    }
  }

  std::span<const std::uint8_t> rest_;
};

struct PnmHeader {
  char type = 0;  // '1' ... '6'
  int width = 0;
  int height = 0;
  int maxval = 1;

  bool is_bitmap() const { return type == '1' || type == '4'; }
  bool is_text() const { return type <= '3'; }
  bool is_colour() const { return type == '3' || type == '6'; }
  PixelFormat format() const { return is_colour() ? PixelFormat::kRgba : PixelFormat::kGrey; }
};

PnmHeader read_header(PnmReader& reader, const DecodeOptions& options) {
  PnmHeader header;
  reader.byte();
  header.type = static_cast<char>(reader.byte());
  header.width = reader.number();
  header.height = reader.number();
  if (header.width == 0 || header.height == 0) throw_corrupt("PNM without pixels");
  check_pixel_limit(static_cast<std::uint64_t>(header.width),
                    static_cast<std::uint64_t>(header.height), options);
  if (!header.is_bitmap()) header.maxval = reader.number();
  if (header.maxval == 0 || header.maxval > 65535) {
    throw_corrupt("damaged PNM: maxval " + std::to_string(header.maxval) + " is not in 1 to 65535");
  }
  if (!is_space(reader.byte())) throw_corrupt("damaged PNM: no white space after the header");
  return header;
}

// The smallest number of bytes that can hold the samples.
std::uint64_t minimal_size(const PnmHeader& header) {
  const auto width = static_cast<std::uint64_t>(header.width);
  const auto height = static_cast<std::uint64_t>(header.height);
  const std::uint64_t samples = width * height * (header.is_colour() ? 3 : 1);
  if (header.type == '1') return samples;
  if (header.type == '4') return (width + 7) / 8 * height;
  if (header.is_text()) return 2 * samples - 1;
  return header.maxval > 255 ? 2 * samples : samples;
}

void read_bitmap_row(PnmReader& reader, const PnmHeader& header, std::span<std::uint8_t> row) {
  constexpr std::uint8_t kBlack = 0;
  constexpr std::uint8_t kWhite = 255;
  int packed = 0;
  for (std::size_t x = 0; x < row.size(); ++x) {
    if (header.type == '1') {
      packed = reader.bit() ? 0x80 : 0;
    } else {
      packed = x % 8 == 0 ? reader.byte() : packed << 1;
    }
    row[x] = (packed & 0x80) != 0 ? kBlack : kWhite;
  }
}

int read_sample(PnmReader& reader, const PnmHeader& header) {
  int value = 0;
  if (header.is_text()) {
    value = reader.number();
  } else {
    value = reader.byte();
    if (header.maxval > 255) value = value << 8 | reader.byte();
  }
  if (value > header.maxval) throw_corrupt("damaged PNM: a sample is larger than maxval");
  return value;
}

// What each sample becomes: 0 ... maxval as 0 ... the largest Sample.
template <typename Sample>
std::vector<Sample> scale_of(int maxval) {
  constexpr std::int64_t kMost = std::numeric_limits<Sample>::max();
  std::vector<Sample> scaled;
  for (std::int64_t value = 0; value <= maxval; ++value) {
    scaled.push_back(static_cast<Sample>((value * kMost + maxval / 2) / maxval));
  }
  return scaled;
}

template <typename Sample>
Image read_rows(PnmReader& reader, const PnmHeader& header, const DecodeOptions& options) {
  const PixelFormat format = header.format();
  Canvas<Sample> canvas({.width = header.width, .height = header.height, .format = format},
                        options);
  const std::vector<Sample> scaled = scale_of<Sample>(header.maxval);
  const auto channels = static_cast<std::size_t>(format);
  std::vector<Sample> row(static_cast<std::size_t>(header.width) * channels);
  for (int y = 0; y < header.height; ++y) {
    if constexpr (std::is_same_v<Sample, std::uint8_t>) {
      if (header.is_bitmap()) {
        read_bitmap_row(reader, header, row);
        canvas.add_row(row);
        continue;
      }
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_alpha = channels == 4 && i % 4 == 3;
      row[i] = is_alpha ? std::numeric_limits<Sample>::max()
                        : scaled[static_cast<std::size_t>(read_sample(reader, header))];
    }
    canvas.add_row(row);
  }
  return canvas.finish();
}

}  // namespace

bool is_pnm(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         (is_space(bytes[2]) || bytes[2] == '#');
}

Image decode_pnm(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  PnmReader reader(bytes);
  const PnmHeader header = read_header(reader, options);
  reader.require(minimal_size(header));
  return header.maxval > 255 ? read_rows<std::uint16_t>(reader, header, options)
                             : read_rows<std::uint8_t>(reader, header, options);
}

}  // namespace mnist
