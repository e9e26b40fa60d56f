// A PNG is a signature and then chunks: length, type, data, CRC of type and data. eXIf holds an
// EXIF block (PNG 3, 11.3.4.4); before it was agreed upon, programs wrote the block as text, in
// tEXt, or deflated in zTXt, under "Raw profile type exif" or "... APP1": a line with its name, a
// line with its size in bytes, and lines of hexadecimal digits.
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "mnist/image/codecs.h"
#include "mnist/image/tiff_reader.h"

namespace mnist {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kMaxText = 256 << 10;  // of an EXIF block, at most 64 KiB, in digits

struct Chunk {
  std::string_view type;
  Bytes data;
};

// Calls `visit` with each chunk that is whole and has the right checksum. Those of the picture
// itself are skipped unread.
template <typename Visit>
void for_each_chunk(Bytes bytes, const Visit& visit) {
  constexpr std::size_t kAround = 12;  // bytes of a chunk that are not its data
  std::size_t offset = 8;
  while (bytes.size() - offset >= kAround) {
    const TiffReader reader(bytes.subspan(offset), false);
    const std::uint64_t length = reader.read(0, 4).value_or(0);
    if (length > bytes.size() - offset - kAround) return;
    const Bytes named = bytes.subspan(offset + 4, 4 + length);
    const std::string_view type(reinterpret_cast<const char*>(named.data()), 4);
    const bool ancillary = type[0] >= 'a';
    if (ancillary && length <= kMaxText &&
        crc32(0, named.data(), static_cast<uInt>(named.size())) == reader.read(8 + length, 4)) {
      visit(Chunk{type, named.subspan(4)});
    }
    offset += kAround + length;
  }
}

std::vector<std::uint8_t> inflated(Bytes bytes) {
  std::vector<std::uint8_t> text(kMaxText);
  uLongf size = text.size();
  if (uncompress(text.data(), &size, bytes.data(), bytes.size()) != Z_OK) return {};
  text.resize(size);
  return text;
}

int value_of(std::uint8_t digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// The bytes that the digits after the second line stand for; the first line is empty.
std::vector<std::uint8_t> from_digits(Bytes text) {
  for (int line = 0; line < 3; ++line) {
    const auto end = std::ranges::find(text, std::uint8_t{'\n'});
    if (end == text.end()) return {};
    text = text.subspan(static_cast<std::size_t>(end - text.begin()) + 1);
  }
  std::vector<std::uint8_t> bytes;
  int high = -1;
  for (const std::uint8_t c : text) {
    const int value = value_of(c);
    if (value < 0) continue;
    if (high < 0) {
      high = value;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high << 4 | value));
      high = -1;
    }
  }
  return bytes;
}

// The EXIF block in a chunk of text; nothing if the text is about something else.
std::optional<std::vector<std::uint8_t>> exif_in_text(const Chunk& chunk) {
  constexpr std::array<std::string_view, 2> kKeywords = {"Raw profile type exif",
                                                         "Raw profile type APP1"};
  const std::string_view text(reinterpret_cast<const char*>(chunk.data.data()), chunk.data.size());
  const std::size_t keyword = text.find('\0');
  if (keyword == text.npos) return std::nullopt;
  if (std::ranges::find(kKeywords, text.substr(0, keyword)) == kKeywords.end()) return std::nullopt;
  const Bytes content = chunk.data.subspan(keyword + 1);
  if (chunk.type == "tEXt") return from_digits(content);
  constexpr std::uint8_t kDeflate = 0;
  if (content.empty() || content[0] != kDeflate) return std::nullopt;
  return from_digits(inflated(content.subspan(1)));
}

// pHYs: pixels per unit across and down, and the unit, 0 or 1: unknown or the metre.
double physical_aspect(Bytes data) {
  const TiffReader reader(data, false);
  if (data.size() != 9 || data[8] > 1) return 1;
  return pixel_aspect(static_cast<double>(reader.read(0, 4).value_or(0)),
                      static_cast<double>(reader.read(4, 4).value_or(0)));
}

}  // namespace

Presentation png_presentation(Bytes bytes) {
  std::optional<Presentation> exif;
  std::optional<Presentation> text;
  std::optional<double> aspect;
  for_each_chunk(bytes, [&](const Chunk& chunk) {
    if (chunk.type == "eXIf" && !exif) {
      exif = exif_presentation(chunk.data);
    } else if (chunk.type == "pHYs" && !aspect) {
      aspect = physical_aspect(chunk.data);
    } else if ((chunk.type == "tEXt" || chunk.type == "zTXt") && !text) {
      if (const auto block = exif_in_text(chunk)) text = exif_presentation(*block);
    }
  });
  Presentation result = exif ? *exif : text.value_or(Presentation{});
  if (aspect) result.pixel_aspect = *aspect;
  return result;
}

}  // namespace mnist
