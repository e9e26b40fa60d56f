// An EXIF segment is "Exif\0\0" and then a TIFF file: byte order ("II" or "MM"), 42, the offset of
// the first directory; a directory is a count and as many entries of 12 bytes: tag, type, count,
// value. Every read is checked against the end of the segment.
#include "mnist/image/exif.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace mnist {
namespace {

class TiffReader {
 public:
  TiffReader(std::span<const std::uint8_t> bytes, bool little_endian)
      : bytes_(bytes), little_endian_(little_endian) {}

  std::optional<std::uint32_t> read(std::size_t offset, std::size_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes_[offset + (little_endian_ ? size - 1 - i : i)];
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool little_endian_;
};

bool starts_with(std::span<const std::uint8_t> bytes, std::string_view start) {
  return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> segment) {
  constexpr std::string_view kExif("Exif\0\0", 6);
  constexpr std::uint32_t kOrientationTag = 0x0112;
  constexpr std::uint32_t kShort = 3;
  constexpr std::size_t kEntrySize = 12;
  constexpr int kUpright = 1;

  if (!starts_with(segment, kExif)) return kUpright;
  const auto tiff = segment.subspan(kExif.size());
  const bool little_endian = starts_with(tiff, "II");
  if (!little_endian && !starts_with(tiff, "MM")) return kUpright;
  const TiffReader reader(tiff, little_endian);
  const auto directory = reader.read(4, 4);
  if (reader.read(2, 2) != 42u || !directory) return kUpright;
  const std::size_t entries = reader.read(*directory, 2).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = *directory + 2 + i * kEntrySize;
    const auto tag = reader.read(entry, 2);
    if (!tag) break;
    if (tag != kOrientationTag) continue;
    const auto value = reader.read(entry + 8, 2);
    const bool valid = reader.read(entry + 2, 2) == kShort && value >= 1u && value <= 8u;
    return valid ? static_cast<int>(*value) : kUpright;
  }
  return kUpright;
}

// The eight orientations are two groups of four, the second of them transposed; in each: as it is,
// mirrored left to right, both ways, top to bottom.
Placement upright_placement(int orientation, int stored_width, int stored_height) {
  const bool transposed = orientation > 4;
  const int kind = (orientation - 1) % 4;
  const bool from_right = kind == 1 || kind == 2;
  const bool from_bottom = kind == 2 || kind == 3;

  Placement placement;
  placement.width = transposed ? stored_height : stored_width;
  placement.height = transposed ? stored_width : stored_height;
  const std::ptrdiff_t width = placement.width;
  placement.origin =
      (from_right ? width - 1 : 0) + (from_bottom ? (placement.height - 1) * width : 0);
  const std::ptrdiff_t across = from_right ? -1 : 1;
  const std::ptrdiff_t down = from_bottom ? -width : width;
  placement.column_step = transposed ? down : across;
  placement.row_step = transposed ? across : down;
  return placement;
}

}  // namespace mnist
