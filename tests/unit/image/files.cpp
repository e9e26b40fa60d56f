#include "unit/image/files.h"

#include <algorithm>
#include <iterator>

#include <zlib.h>

namespace mnist::testing {
namespace {

void put(Bytes& bytes, std::uint64_t value, int size, bool little_endian = true) {
  for (int i = 0; i < size; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (little_endian ? i : size - 1 - i)));
  }
}

class CodeWriter {
 public:
  void put_code(unsigned code, int bits) {
    buffer_ |= code << filled_;
    for (filled_ += bits; filled_ >= 8; filled_ -= 8, buffer_ >>= 8) {
      bytes_.push_back(static_cast<std::uint8_t>(buffer_));
    }
  }
  // In chunks of up to 255 bytes.
  Bytes finish() {
    if (filled_ > 0) bytes_.push_back(static_cast<std::uint8_t>(buffer_));
    Bytes chunks;
    for (std::size_t i = 0; i < bytes_.size(); i += 255) {
      const std::size_t count = std::min<std::size_t>(255, bytes_.size() - i);
      chunks.push_back(static_cast<std::uint8_t>(count));
      chunks.insert(chunks.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(i),
                    bytes_.begin() + static_cast<std::ptrdiff_t>(i + count));
    }
    chunks.push_back(0);
    return chunks;
  }

 private:
  Bytes bytes_;
  unsigned buffer_ = 0;
  int filled_ = 0;
};

// One code a pixel; the table is cleared before its codes would grow.
Bytes plain_codes(const Bytes& numbers, int bits) {
  const unsigned clear = 1u << bits;
  CodeWriter writer;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i % (clear - 2) == 0) writer.put_code(clear, bits + 1);
    writer.put_code(numbers[i], bits + 1);
  }
  writer.put_code(clear + 1, bits + 1);
  return writer.finish();
}

Bytes lzw_codes(const Bytes& numbers, int bits) {
  const unsigned clear = 1u << bits;
  CodeWriter writer;
  std::vector<Bytes> table;
  int width = bits + 1;
  writer.put_code(clear, width);
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t best = 1;
    unsigned code = numbers[i];
    for (std::size_t k = 0; k < table.size(); ++k) {
      const Bytes& string = table[k];
      if (string.size() <= best || string.size() > numbers.size() - i) continue;
      if (!std::equal(string.begin(), string.end(),
                      numbers.begin() + static_cast<std::ptrdiff_t>(i))) {
        continue;
      }
      best = string.size();
      code = clear + 2 + static_cast<unsigned>(k);
    }
    writer.put_code(code, width);
    const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(i);
    i += best;
    if (i < numbers.size() && clear + 2 + table.size() < 4096) {
      table.emplace_back(first, first + static_cast<std::ptrdiff_t>(best) + 1);
      // The reader's table is one entry behind.
      if (clear + 2 + table.size() > (1u << width) && width < 12) ++width;
    }
  }
  writer.put_code(clear + 1, width);
  return writer.finish();
}

}  // namespace

RgbPicture slanted_picture(int width, int height) {
  RgbPicture picture{.width = width, .height = height};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int values[] = {40 + 3 * x + 2 * y, 220 - 4 * y, 30 + 2 * x + 5 * y};
      for (const int value : values) {
        picture.samples.push_back(static_cast<std::uint8_t>(std::clamp(value, 0, 255)));
      }
    }
  }
  return picture;
}

Bytes exif_block(const Labels& labels, bool little_endian, bool named) {
  constexpr std::uint32_t kFirst = 8;
  constexpr std::uint32_t kEntries = 4;
  constexpr std::uint32_t kAfter = kFirst + 2 + 12 * kEntries + 4;
  Bytes bytes = bytes_of(little_endian ? "II" : "MM");
  const auto add = [&](std::uint64_t value, int size) { put(bytes, value, size, little_endian); };
  const auto add_short = [&](unsigned tag, unsigned value) {
    add(tag, 2), add(3, 2), add(1, 4), add(value, 2), add(0, 2);
  };
  const auto add_rational = [&](unsigned tag, unsigned offset) {
    add(tag, 2), add(5, 2), add(1, 4), add(offset, 4);
  };
  add(42, 2), add(kFirst, 4), add(kEntries, 2);
  add_short(0x0112, static_cast<unsigned>(labels.orientation));
  add_rational(0x011A, kAfter);
  add_rational(0x011B, kAfter + 8);
  add_short(0x0128, labels.unit);
  add(0, 4);
  add(labels.x_density * 10, 4), add(10, 4), add(labels.y_density * 10, 4), add(10, 4);
  return named ? joined(bytes_of(std::string_view("Exif\0\0", 6)), bytes) : bytes;
}

Bytes with_png_chunk(const Bytes& png, std::string_view type, const Bytes& data) {
  constexpr std::ptrdiff_t kAfterHeader = 8 + 25;
  Bytes named = joined(bytes_of(type), data);
  Bytes result(png.begin(), png.begin() + kAfterHeader);
  put(result, data.size(), 4, false);
  result.insert(result.end(), named.begin(), named.end());
  put(result, crc32(0, named.data(), static_cast<uInt>(named.size())), 4, false);
  result.insert(result.end(), png.begin() + kAfterHeader, png.end());
  return result;
}

Bytes raw_profile(const Bytes& block, std::string_view keyword, bool deflated) {
  std::string text = "\nexif\n      " + std::to_string(block.size()) + "\n";
  for (std::size_t i = 0; i < block.size(); ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[block[i] >> 4];
    text += kDigits[block[i] & 15];
    if (i % 36 == 35) text += '\n';
  }
  Bytes result = bytes_of(keyword);
  result.push_back(0);
  if (!deflated) return joined(result, bytes_of(text));
  result.push_back(0);
  Bytes packed(compressBound(text.size()));
  uLongf size = packed.size();
  compress(packed.data(), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  packed.resize(size);
  return joined(result, packed);
}

Bytes make_bmp(const BmpPicture& picture) {
  const std::size_t entry = picture.core ? 3 : 4;
  const std::size_t header = picture.core ? 12 : picture.masks.size() == 4 ? 56 : 40;
  const std::size_t masks = header == 40 ? 4 * picture.masks.size() : 0;
  const std::size_t stride =
      (static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.bits) + 31) / 32 *
      4;
  const std::size_t pixels = 14 + header + masks + entry * picture.palette.size();
  Bytes bytes = bytes_of("BM");
  put(bytes, pixels + stride * static_cast<std::size_t>(picture.height), 4);
  put(bytes, 0, 4);
  put(bytes, pixels, 4);
  put(bytes, header, 4);
  const int side = picture.core ? 2 : 4;
  put(bytes, static_cast<std::uint64_t>(picture.width), side);
  put(bytes, static_cast<std::uint64_t>(picture.top_down ? -picture.height : picture.height), side);
  put(bytes, 1, 2);
  put(bytes, static_cast<std::uint64_t>(picture.bits), 2);
  if (!picture.core) {
    put(bytes, picture.compression, 4);
    put(bytes, 0, 4);
    put(bytes, static_cast<std::uint64_t>(picture.x_density), 4);
    put(bytes, static_cast<std::uint64_t>(picture.y_density), 4);
    put(bytes, picture.palette.size(), 4);
    put(bytes, 0, 4);
  }
  for (const std::uint32_t mask : picture.masks) put(bytes, mask, 4);
  for (const Rgba& colour : picture.palette) {
    bytes.insert(bytes.end(), {colour.blue, colour.green, colour.red});
    if (!picture.core) bytes.push_back(0);
  }
  for (int row = 0; row < picture.height; ++row) {
    const int y = picture.top_down ? row : picture.height - 1 - row;
    Bytes packed(stride);
    for (int x = 0; x < picture.width; ++x) {
      const std::uint32_t value = picture.values[static_cast<std::size_t>(y * picture.width + x)];
      const int bit = x * picture.bits;
      for (int i = 0; i < picture.bits / 8; ++i) {
        packed[static_cast<std::size_t>(bit / 8 + i)] = static_cast<std::uint8_t>(value >> 8 * i);
      }
      if (picture.bits < 8 && 8 % picture.bits == 0) {
        packed[static_cast<std::size_t>(bit / 8)] |=
            static_cast<std::uint8_t>(value << (8 - picture.bits - bit % 8));
      }
    }
    bytes.insert(bytes.end(), packed.begin(), packed.end());
  }
  return bytes;
}

Bytes make_gif(const GifPicture& picture) {
  int bits = 1;
  while ((std::size_t{1} << bits) < picture.palette.size()) ++bits;
  Bytes bytes = bytes_of("GIF89a");
  put(bytes, static_cast<std::uint64_t>(picture.width), 2);
  put(bytes, static_cast<std::uint64_t>(picture.height), 2);
  bytes.insert(bytes.end(), {static_cast<std::uint8_t>(0x80 | (bits - 1)), 0, picture.aspect});
  for (const Rgba& colour : picture.palette) {
    bytes.insert(bytes.end(), {colour.red, colour.green, colour.blue});
  }
  bytes = joined(bytes, bytes_of("!\xFE\x07"
                                 "comment"));
  bytes.push_back(0);
  if (picture.transparent >= 0) {
    bytes.insert(bytes.end(),
                 {'!', 0xF9, 4, 1, 0, 0, static_cast<std::uint8_t>(picture.transparent), 0});
  }
  bytes.push_back(',');
  put(bytes, 0, 4);
  put(bytes, static_cast<std::uint64_t>(picture.width), 2);
  put(bytes, static_cast<std::uint64_t>(picture.height), 2);
  bytes.push_back(picture.interlaced ? 0x40 : 0);
  const int code_bits = std::max(bits, 2);
  bytes.push_back(static_cast<std::uint8_t>(code_bits));

  Bytes stored;
  const std::pair<int, int> all[] = {{0, 1}};
  const std::pair<int, int> passes[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
  const std::span<const std::pair<int, int>> order =
      picture.interlaced ? std::span<const std::pair<int, int>>(passes) : all;
  for (const auto& [first, step] : order) {
    for (int y = first; y < picture.height; y += step) {
      const auto row = picture.numbers.begin() + std::ptrdiff_t{y} * picture.width;
      stored.insert(stored.end(), row, row + picture.width);
    }
  }
  bytes = joined(
      bytes, picture.compressed ? lzw_codes(stored, code_bits) : plain_codes(stored, code_bits));
  bytes.push_back(';');
  return bytes;
}

}  // namespace mnist::testing
