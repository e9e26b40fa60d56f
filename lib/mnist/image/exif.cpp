// An EXIF block is a TIFF file: byte order ("II" or "MM"), 42, the offset of the first directory; a
// directory is a count and as many entries of 12 bytes: tag, type, count, value or its offset.
// Every read is checked against the end of the block.
#include "mnist/image/exif.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "mnist/image/tiff_reader.h"

namespace mnist {
namespace {

constexpr std::uint64_t kShort = 3;
constexpr std::uint64_t kRational = 5;

bool starts_with(std::span<const std::uint8_t> bytes, std::string_view start) {
  return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
}

// The values of the four tags; one of a wrong type counts as absent.
struct Tags {
  std::uint64_t orientation = 1;
  double x_density = 0;
  double y_density = 0;
  std::uint64_t unit = 2;
};

std::optional<std::uint64_t> read_short(const TiffReader& reader, std::uint64_t entry) {
  if (reader.read(entry + 2, 2) != kShort) return std::nullopt;
  return reader.read(entry + 8, 2);
}

double read_rational(const TiffReader& reader, std::uint64_t entry) {
  const auto offset = reader.read(entry + 8, 4);
  if (reader.read(entry + 2, 2) != kRational || !offset) return 0;
  const auto numerator = reader.read(*offset, 4);
  const auto denominator = reader.read(*offset + 4, 4);
  if (!numerator || denominator.value_or(0) == 0) return 0;
  return static_cast<double>(*numerator) / static_cast<double>(*denominator);
}

Tags read_tags(const TiffReader& reader, std::uint64_t directory) {
  constexpr std::uint64_t kEntrySize = 12;
  Tags tags;
  const std::uint64_t entries = reader.read(directory, 2).value_or(0);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + i * kEntrySize;
    const auto tag = reader.read(entry, 2);
    if (!tag) break;
    switch (*tag) {
      case 0x0112:
        tags.orientation = read_short(reader, entry).value_or(1);
        break;
      case 0x011A:
        tags.x_density = read_rational(reader, entry);
        break;
      case 0x011B:
        tags.y_density = read_rational(reader, entry);
        break;
      case 0x0128:
        tags.unit = read_short(reader, entry).value_or(0);
        break;
      default:
        break;
    }
  }
  return tags;
}

}  // namespace

int valid_orientation(std::uint64_t orientation) {
  return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
}

double pixel_aspect(double x_density, double y_density) {
  constexpr double kMost = 4;
  constexpr double kSquare = 1.02;
  if (!(x_density > 0) || !(y_density > 0)) return 1;
  const double aspect = y_density / x_density;
  const double longer = std::max(aspect, 1 / aspect);
  return longer >= kSquare && longer <= kMost ? aspect : 1;
}

Presentation exif_presentation(std::span<const std::uint8_t> block) {
  constexpr std::string_view kExif("Exif\0\0", 6);
  constexpr std::uint64_t kNoUnit = 1;  // densities still have a ratio
  constexpr std::uint64_t kCentimetre = 3;
  if (starts_with(block, kExif)) block = block.subspan(kExif.size());
  const bool little_endian = starts_with(block, "II");
  if (!little_endian && !starts_with(block, "MM")) return {};
  const TiffReader reader(block, little_endian);
  const auto directory = reader.read(4, 4);
  if (reader.read(2, 2) != 42u || !directory) return {};
  const Tags tags = read_tags(reader, *directory);
  const bool known_unit = tags.unit >= kNoUnit && tags.unit <= kCentimetre;
  return {.orientation = valid_orientation(tags.orientation),
          .pixel_aspect = known_unit ? pixel_aspect(tags.x_density, tags.y_density) : 1};
}

// The eight orientations are two groups of four, the second of them transposed; in each: as it is,
// mirrored left to right, both ways, top to bottom.
PixelOrder upright_order(int orientation, int stored_width, int stored_height) {
  const bool transposed = is_transposed(orientation);
  const int kind = (orientation - 1) % 4;
  const bool from_right = kind == 1 || kind == 2;
  const bool from_bottom = kind == 2 || kind == 3;

  PixelOrder order;
  order.width = transposed ? stored_height : stored_width;
  order.height = transposed ? stored_width : stored_height;
  const std::ptrdiff_t width = order.width;
  order.origin = (from_right ? width - 1 : 0) + (from_bottom ? (order.height - 1) * width : 0);
  const std::ptrdiff_t across = from_right ? -1 : 1;
  const std::ptrdiff_t down = from_bottom ? -width : width;
  order.column_step = transposed ? down : across;
  order.row_step = transposed ? across : down;
  return order;
}

}  // namespace mnist
