// A box is its size, its type and its content, which may be boxes. In "meta": "iprp" holds "ipco",
// a list of properties (of which "ispe" is a size), and "ipma", which gives items their properties
// by number; "iref" holds "dimg" boxes: an item, and the items that it is made of.
#include "mnist/image/heif_items.h"

#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/image/tiff_reader.h"

namespace mnist {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Big-endian numbers, one after another.
class Fields {
 public:
  explicit Fields(Bytes bytes) : reader_(bytes, false) {}

  std::uint64_t next(std::size_t size) {
    const auto value = reader_.read(offset_, size);
    if (!value) throw Error(ErrorKind::kCorrupt, "damaged HEIF: a box is cut");
    offset_ += size;
    return *value;
  }

 private:
  TiffReader reader_;
  std::uint64_t offset_ = 0;
};

// Calls `visit` with the type and the content of each box.
template <typename Visit>
void for_each_box(Bytes bytes, const Visit& visit) {
  while (bytes.size() >= 8) {
    const TiffReader reader(bytes, false);
    std::uint64_t size = *reader.read(0, 4);
    std::size_t header = 8;
    if (size == 1) {
      size = reader.read(8, 8).value_or(0);
      header = 16;
    }
    if (size == 0) size = bytes.size();
    if (size < header || size > bytes.size()) return;
    visit(std::string_view(reinterpret_cast<const char*>(bytes.data()) + 4, 4),
          bytes.subspan(header, size - header));
    bytes = bytes.subspan(size);
  }
}

constexpr std::size_t kVersionAndFlags = 4;

Bytes after_version(Bytes content) {
  return content.subspan(std::min(content.size(), kVersionAndFlags));
}

struct Items {
  std::vector<std::uint64_t> property_pixels;                    // from 1; 0 if it is not a size
  std::map<std::uint64_t, std::uint64_t> pixels;                 // by item
  std::vector<std::pair<std::uint64_t, std::uint64_t>> derived;  // item, and one it is made of
};

void read_properties(Bytes content, Items& items) {
  items.property_pixels = {0};
  for_each_box(content, [&](std::string_view type, Bytes property) {
    std::uint64_t pixels = 0;
    if (type == "ispe") {
      Fields fields(after_version(property));
      const std::uint64_t width = fields.next(4);
      pixels = width * fields.next(4);
    }
    items.property_pixels.push_back(pixels);
  });
}

void read_associations(Bytes content, Items& items) {
  Fields fields(content);
  const std::uint64_t version = fields.next(1);
  const std::uint64_t flags = fields.next(3);
  const std::size_t number_size = (flags & 1) != 0 ? 2 : 1;
  const std::uint64_t mask = number_size == 2 ? 0x7FFF : 0x7F;
  for (std::uint64_t left = fields.next(4); left > 0; --left) {
    const std::uint64_t item = fields.next(version == 0 ? 2 : 4);
    for (std::uint64_t count = fields.next(1); count > 0; --count) {
      const std::uint64_t number = fields.next(number_size) & mask;
      if (number >= items.property_pixels.size()) continue;
      std::uint64_t& pixels = items.pixels[item];
      pixels = std::max(pixels, items.property_pixels[number]);
    }
  }
}

void read_references(Bytes content, Items& items) {
  if (content.empty()) return;
  const std::size_t id_size = content[0] == 0 ? 2 : 4;
  for_each_box(after_version(content), [&](std::string_view type, Bytes reference) {
    if (type != "dimg") return;
    Fields fields(reference);
    const std::uint64_t item = fields.next(id_size);
    for (std::uint64_t left = fields.next(2); left > 0; --left) {
      items.derived.emplace_back(item, fields.next(id_size));
    }
  });
}

void check_types(Bytes content) {
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  if (text.find("iovl") == text.npos) return;
  throw Error(ErrorKind::kUnsupported, "HEIF composed of overlaid pictures");
}

Items read_items(Bytes bytes) {
  Items items;
  for_each_box(bytes, [&](std::string_view file_type, Bytes file_box) {
    if (file_type != "meta") return;
    Bytes associations;
    for_each_box(after_version(file_box), [&](std::string_view type, Bytes content) {
      if (type == "iinf") check_types(content);
      if (type == "iref") read_references(content, items);
      if (type != "iprp") return;
      for_each_box(content, [&](std::string_view part, Bytes part_content) {
        if (part == "ipco") read_properties(part_content, items);
        if (part == "ipma") associations = part_content;
      });
    });
    if (!associations.empty()) read_associations(associations, items);
  });
  return items;
}

}  // namespace

std::uint64_t heif_tile_pixels(Bytes bytes) {
  const Items items = read_items(bytes);
  std::set<std::uint64_t> made;
  for (const auto& [item, part] : items.derived) made.insert(item);
  std::uint64_t total = 0;
  for (const auto& [item, part] : items.derived) {
    if (made.contains(part)) {
      throw Error(ErrorKind::kUnsupported, "HEIF composed of composed pictures");
    }
    const auto found = items.pixels.find(part);
    total += found == items.pixels.end() ? 0 : found->second;
  }
  return total;
}

}  // namespace mnist
