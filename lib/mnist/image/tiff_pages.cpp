// The chain of directories of a TIFF: the offset of the first is in the header; each is a count,
// entries, and the offset of the next, 0 at the end. Sizes are those of TIFF 6.0, or of BigTIFF if
// the header says 43. The tag NewSubfileType marks reduced copies and masks, which are not pages.
#include "mnist/base/error.h"
#include "mnist/image/codecs.h"
#include "mnist/image/tiff_reader.h"

namespace mnist {
namespace {

struct Layout {
  std::uint64_t first = 4;  // where the offset of the first directory is
  std::size_t offset = 4;   // bytes of an offset
  std::size_t count = 2;    // bytes of the count of entries
  std::uint64_t entry = 12;
};

constexpr Layout kBig{.first = 8, .offset = 8, .count = 8, .entry = 20};

// Entries are sorted by their tags, and this is the first possible one.
bool is_page(const TiffReader& reader, std::uint64_t entries, const Layout& layout) {
  constexpr std::uint64_t kNewSubfileType = 254;
  constexpr std::uint64_t kReduced = 1;
  constexpr std::uint64_t kMask = 4;
  if (reader.read(entries, 2) != kNewSubfileType) return true;
  const std::uint64_t type = reader.read(entries + 4 + layout.offset, 4).value_or(0);
  return (type & (kReduced | kMask)) == 0;
}

}  // namespace

std::vector<std::uint64_t> tiff_pages(std::span<const std::uint8_t> bytes,
                                      const DecodeOptions& options) {
  const TiffReader reader(bytes, bytes[0] == 'I');
  const Layout layout = reader.read(2, 2) == 43u ? kBig : Layout{};
  std::vector<std::uint64_t> pages;
  std::vector<std::uint64_t> others;
  std::uint64_t directory = reader.read(layout.first, layout.offset).value_or(0);
  while (directory != 0) {
    const auto count = reader.read(directory, layout.count);
    const std::uint64_t entries = directory + layout.count;
    if (!count || *count > (bytes.size() - entries) / layout.entry) break;
    (is_page(reader, entries, layout) ? pages : others).push_back(directory);
    // A chain may also be circular.
    if (pages.size() + others.size() > static_cast<std::size_t>(options.max_pages)) {
      throw Error(ErrorKind::kUnsupported,
                  "TIFF of more than " + std::to_string(options.max_pages) + " pages");
    }
    directory = reader.read(entries + *count * layout.entry, layout.offset).value_or(0);
  }
  if (pages.empty()) pages.swap(others);
  if (pages.empty()) throw Error(ErrorKind::kCorrupt, "truncated TIFF");
  return pages;
}

}  // namespace mnist
