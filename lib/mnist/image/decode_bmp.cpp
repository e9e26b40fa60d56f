// BMP (Microsoft's BITMAPFILEHEADER and BITMAPINFOHEADER to BITMAPV5HEADER, and the older
// BITMAPCOREHEADER): "BM", sizes, the offset of the pixels; the header of the picture; masks of the
// channels or a palette; then rows of whole 32-bit words, the lowest first, or the highest if the
// height is negative. All numbers are little-endian. Only uncompressed pictures are read, so a
// picture is no larger than its file.
#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/image/canvas.h"
#include "mnist/image/codecs.h"
#include "mnist/image/palette.h"
#include "mnist/image/tiff_reader.h"

namespace mnist {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint64_t kFileHeader = 14;
constexpr std::uint64_t kCoreHeader = 12;
constexpr std::uint64_t kInfoHeader = 40;

class Reader {
 public:
  explicit Reader(Bytes bytes) : numbers_(bytes, true) {}

  std::uint64_t read(std::uint64_t offset, std::size_t size) const {
    const auto value = numbers_.read(offset, size);
    if (!value) throw Error(ErrorKind::kCorrupt, "truncated BMP");
    return *value;
  }
  std::int64_t read_signed(std::uint64_t offset) const {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(read(offset, 4)));
  }

 private:
  TiffReader numbers_;
};

struct Header {
  std::uint64_t pixels = 0;  // their offset
  std::uint64_t size = 0;    // of the picture's header
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool top_down = false;
  int bits = 0;
  std::uint64_t compression = 0;
  std::uint64_t colours = 0;  // in the palette, 0 for all
  double aspect = 1;

  bool is_core() const { return size == kCoreHeader; }
  bool has_masks() const { return compression != 0; }
  bool has_palette() const { return bits <= 8; }
  std::uint64_t stride() const {
    return (static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(bits) + 31) / 32 * 4;
  }
};

Header read_header(const Reader& reader) {
  Header header;
  header.pixels = reader.read(10, 4);
  header.size = reader.read(kFileHeader, 4);
  if (header.is_core()) {
    header.width = static_cast<std::int64_t>(reader.read(18, 2));
    header.height = static_cast<std::int64_t>(reader.read(20, 2));
    header.bits = static_cast<int>(reader.read(24, 2));
    return header;
  }
  if (header.size < kInfoHeader) throw Error(ErrorKind::kUnsupported, "BMP of an unknown version");
  header.width = reader.read_signed(18);
  header.height = reader.read_signed(22);
  header.top_down = header.height < 0;
  if (header.top_down) header.height = -header.height;
  header.bits = static_cast<int>(reader.read(28, 2));
  header.compression = reader.read(30, 4);
  header.aspect = pixel_aspect(static_cast<double>(reader.read_signed(38)),
                               static_cast<double>(reader.read_signed(42)));
  header.colours = reader.read(46, 4);
  return header;
}

void check(const Header& header, Bytes bytes, const DecodeOptions& options) {
  constexpr std::uint64_t kRle8 = 1;
  constexpr std::uint64_t kRle4 = 2;
  constexpr std::uint64_t kMasks = 3;
  constexpr std::uint64_t kMasksWithAlpha = 6;
  if (header.width <= 0 || header.height <= 0) {
    throw Error(ErrorKind::kCorrupt, "BMP without pixels");
  }
  if (header.compression == kRle8 || header.compression == kRle4) {
    throw Error(ErrorKind::kUnsupported, "BMP with run-length coding: save it as PNG");
  }
  const bool masks = header.compression == kMasks || header.compression == kMasksWithAlpha;
  if (header.compression != 0 && !masks) {
    throw Error(ErrorKind::kUnsupported,
                "BMP of an unknown compression, " + std::to_string(header.compression));
  }
  const int bits = header.bits;
  const bool known =
      bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
  if (!known || (masks && bits != 16 && bits != 32)) {
    throw Error(ErrorKind::kUnsupported, "BMP of " + std::to_string(bits) + " bits a pixel");
  }
  const auto height = static_cast<std::uint64_t>(header.height);
  check_pixel_limit(static_cast<std::uint64_t>(header.width), height, options);
  if (header.pixels > bytes.size() || header.stride() > (bytes.size() - header.pixels) / height) {
    throw Error(ErrorKind::kCorrupt, "truncated BMP");
  }
}

Palette read_palette(const Reader& reader, const Header& header) {
  const std::size_t entry = header.is_core() ? 3 : 4;
  Palette palette(std::size_t{1} << header.bits);
  const bool all = header.colours == 0 || header.colours > palette.size();
  const std::size_t count = all ? palette.size() : static_cast<std::size_t>(header.colours);
  const std::uint64_t first = kFileHeader + header.size;
  for (std::size_t i = 0; i < count; ++i) {
    // A palette may be shorter than it could be: what follows it is not part of it.
    if (first + (i + 1) * entry > header.pixels) break;
    for (std::size_t c = 0; c < 3; ++c) {
      palette[i][2 - c] = static_cast<std::uint8_t>(reader.read(first + i * entry + c, 1));
    }
  }
  return palette;
}

// The bits of a pixel that are one channel.
class Mask {
 public:
  explicit Mask(std::uint32_t bits) : bits_(bits), shift_(bits == 0 ? 0 : std::countr_zero(bits)) {}

  bool is_empty() const { return bits_ == 0; }
  std::uint8_t of(std::uint32_t pixel) const {
    const std::uint64_t most = bits_ >> shift_;
    return most == 0 ? 0
                     : static_cast<std::uint8_t>(
                           (std::uint64_t{(pixel & bits_) >> shift_} * 255 + most / 2) / most);
  }

 private:
  std::uint32_t bits_;
  int shift_;
};

struct Masks {
  Mask red;
  Mask green;
  Mask blue;
  Mask alpha;
};

Masks read_masks(const Reader& reader, const Header& header) {
  constexpr std::uint64_t kWithAlpha = 56;  // BITMAPV3INFOHEADER and later
  constexpr std::uint64_t kMasksWithAlpha = 6;
  if (!header.has_masks()) {
    if (header.bits == 16) return {Mask(0x7C00), Mask(0x03E0), Mask(0x001F), Mask(0)};
    return {Mask(0xFF0000), Mask(0x00FF00), Mask(0x0000FF), Mask(0)};
  }
  const auto mask = [&](std::uint64_t index) {
    return Mask(static_cast<std::uint32_t>(reader.read(kFileHeader + kInfoHeader + 4 * index, 4)));
  };
  const bool has_alpha = header.size >= kWithAlpha || header.compression == kMasksWithAlpha;
  return {mask(0), mask(1), mask(2), has_alpha ? mask(3) : Mask(0)};
}

void fill(Bytes stored, int bits, const Masks& masks, std::span<std::uint8_t> row) {
  const std::size_t bytes = static_cast<std::size_t>(bits) / 8;
  for (std::size_t x = 0; x < row.size() / 4; ++x) {
    std::uint32_t pixel = 0;
    for (std::size_t i = 0; i < bytes; ++i) pixel |= std::uint32_t{stored[x * bytes + i]} << 8 * i;
    row[4 * x] = masks.red.of(pixel);
    row[4 * x + 1] = masks.green.of(pixel);
    row[4 * x + 2] = masks.blue.of(pixel);
    row[4 * x + 3] = masks.alpha.is_empty() ? 255 : masks.alpha.of(pixel);
  }
}

// Calls `use` with the bytes of each row from the top.
template <typename Use>
void for_each_row(Bytes bytes, const Header& header, const Use& use) {
  for (std::int64_t y = 0; y < header.height; ++y) {
    const auto stored = static_cast<std::uint64_t>(header.top_down ? y : header.height - 1 - y);
    use(bytes.subspan(header.pixels + stored * header.stride(), header.stride()));
  }
}

}  // namespace

bool is_bmp(Bytes bytes) {
  constexpr std::size_t kReserved = 6;
  constexpr std::uint64_t kMaxHeader = 124;
  if (bytes.size() < kFileHeader + 4 || bytes[0] != 'B' || bytes[1] != 'M') return false;
  const TiffReader numbers(bytes, true);
  const std::uint64_t header = numbers.read(kFileHeader, 4).value_or(0);
  return numbers.read(kReserved, 4) == 0u && header >= kCoreHeader && header <= kMaxHeader;
}

Image decode_bmp(Bytes bytes, const DecodeOptions& options) {
  const Reader reader(bytes);
  const Header header = read_header(reader);
  check(header, bytes, options);

  Rows rows{.width = static_cast<int>(header.width),
            .height = static_cast<int>(header.height),
            .format = PixelFormat::kRgba,
            .presentation = {.pixel_aspect = header.aspect}};
  const auto width = static_cast<std::size_t>(rows.width);
  if (header.has_palette()) {
    const Palette palette = read_palette(reader, header);
    rows.format = palette.format();
    Canvas<std::uint8_t> canvas(rows, options);
    std::vector<std::uint8_t> numbers(width);
    std::vector<std::uint8_t> row(width * static_cast<std::size_t>(rows.format));
    for_each_row(bytes, header, [&](Bytes stored) {
      unpack(stored, header.bits, numbers);
      palette.fill(numbers, rows.format, row);
      canvas.add_row(row);
    });
    return canvas.finish();
  }
  const Masks masks = read_masks(reader, header);
  rows.opaque = masks.alpha.is_empty();
  Canvas<std::uint8_t> canvas(rows, options);
  std::vector<std::uint8_t> row(width * 4);
  for_each_row(bytes, header, [&](Bytes stored) {
    fill(stored, header.bits, masks, row);
    canvas.add_row(row);
  });
  return canvas.finish();
}

}  // namespace mnist
