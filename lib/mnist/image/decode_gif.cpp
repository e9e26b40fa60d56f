// GIF (GIF87a, GIF89a): the size of the screen, flags, a common palette; then blocks: extensions,
// one of which may name a transparent colour, and frames: place and size, flags, their own palette,
// and LZW codes in chunks of up to 255 bytes. Only the first frame is read, without what surrounds
// it on a larger screen.
//
// LZW: codes of 3 to 12 bits, the low bits first, stand for strings; each code adds a string to the
// table: the one before it and one more pixel. Pixels are stored only as codes arrive, so a short
// file cannot ask for much memory.
#include <array>
#include <string_view>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/image/canvas.h"
#include "mnist/image/codecs.h"
#include "mnist/image/palette.h"

namespace mnist {
namespace {

using Bytes = std::span<const std::uint8_t>;

[[noreturn]] void damaged(const std::string& how) {
  throw Error(ErrorKind::kCorrupt, "damaged GIF: " + how);
}

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  Bytes take(std::size_t count) {
    if (count > rest_.size()) throw Error(ErrorKind::kCorrupt, "truncated GIF");
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::uint8_t byte() { return take(1)[0]; }
  int number() {
    const Bytes taken = take(2);
    return taken[0] | taken[1] << 8;
  }
  // A chunk of a block; empty at its end.
  Bytes chunk() { return take(byte()); }

 private:
  Bytes rest_;
};

Palette read_palette(Reader& reader, std::uint8_t flags) {
  const std::size_t count = std::size_t{2} << (flags & 7);
  Palette palette(256);
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes colour = reader.take(3);
    for (std::size_t c = 0; c < 3; ++c) palette[i][c] = colour[c];
  }
  // Numbers beyond the palette get its first colour, so grey stays grey.
  for (std::size_t i = count; i < palette.size(); ++i) palette[i] = palette[0];
  return palette;
}

class LzwReader {
 public:
  LzwReader(Reader& reader, int pixel_bits)
      : reader_(reader), pixel_bits_(pixel_bits), clear_(1 << pixel_bits) {
    reset();
  }

  // All pixels, or the first `count`.
  std::vector<std::uint8_t> read(std::size_t count) {
    std::vector<std::uint8_t> pixels;
    while (pixels.size() < count) {
      const int code = next_code();
      if (code == clear_) {
        reset();
      } else if (code == clear_ + 1) {
        damaged("its data end early");
      } else {
        add_string(code, pixels);
      }
    }
    pixels.resize(count);
    return pixels;
  }

 private:
  static constexpr int kMaxBits = 12;
  struct String {
    std::uint16_t before = 0;  // the code of all but the last pixel
    std::uint16_t length = 1;
    std::uint8_t first = 0;
    std::uint8_t last = 0;
  };

  void reset() {
    for (int i = 0; i < clear_; ++i) {
      const auto pixel = static_cast<std::uint8_t>(i);
      strings_[static_cast<std::size_t>(i)] = {.first = pixel, .last = pixel};
    }
    next_ = clear_ + 2;
    bits_ = pixel_bits_ + 1;
    previous_ = -1;
  }

  int next_code() {
    while (buffered_ < bits_) {
      if (chunk_.empty()) chunk_ = reader_.chunk();
      if (chunk_.empty()) damaged("its data end early");
      buffer_ |= static_cast<std::uint32_t>(chunk_[0]) << buffered_;
      chunk_ = chunk_.subspan(1);
      buffered_ += 8;
    }
    const auto code = static_cast<int>(buffer_ & ((1u << bits_) - 1));
    buffer_ >>= bits_;
    buffered_ -= bits_;
    return code;
  }

  void add_string(int code, std::vector<std::uint8_t>& pixels) {
    if (code > next_ || (code == next_ && previous_ < 0)) damaged("a code is not in its table");
    if (previous_ >= 0 && next_ < 1 << kMaxBits) {
      const String& before = strings_[static_cast<std::size_t>(previous_)];
      const int longer = code == next_ ? previous_ : code;
      strings_[static_cast<std::size_t>(next_)] = {
          .before = static_cast<std::uint16_t>(previous_),
          .length = static_cast<std::uint16_t>(before.length + 1),
          .first = before.first,
          .last = strings_[static_cast<std::size_t>(longer)].first};
      ++next_;
      if (next_ == 1 << bits_ && bits_ < kMaxBits) ++bits_;
    } else if (code >= next_) {
      damaged("a code is not in its table");
    }
    previous_ = code;
    const std::size_t end = pixels.size() + strings_[static_cast<std::size_t>(code)].length;
    pixels.resize(end);
    for (std::size_t i = end; code >= 0; --i) {
      const String& string = strings_[static_cast<std::size_t>(code)];
      pixels[i - 1] = string.last;
      code = string.length > 1 ? string.before : -1;
    }
  }

  Reader& reader_;
  int pixel_bits_;
  int clear_;
  int next_ = 0;
  int bits_ = 0;
  int previous_ = -1;
  Bytes chunk_;
  std::uint32_t buffer_ = 0;
  int buffered_ = 0;
  std::array<String, 1 << kMaxBits> strings_{};
};

// Where each stored row is in the picture: every eighth, those between, ...
std::vector<int> row_order(int height, bool interlaced) {
  std::vector<int> order;
  if (!interlaced) {
    for (int y = 0; y < height; ++y) order.push_back(y);
    return order;
  }
  constexpr std::array<std::array<int, 2>, 4> kPasses = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  for (const auto& [first, step] : kPasses) {
    for (int y = first; y < height; y += step) order.push_back(y);
  }
  return order;
}

struct Screen {
  std::optional<Palette> palette = std::nullopt;
  double aspect = 1;
  int transparent = -1;
};

Screen read_screen(Reader& reader) {
  reader.take(6 + 4);  // the signature, and the screen's size
  const std::uint8_t flags = reader.byte();
  reader.byte();  // the background's colour
  const std::uint8_t aspect = reader.byte();
  Screen screen;
  if (aspect != 0) screen.aspect = pixel_aspect(64, aspect + 15);
  if ((flags & 0x80) != 0) screen.palette = read_palette(reader, flags);
  return screen;
}

// Up to the first frame, or to the end.
void skip_extensions(Reader& reader, Screen& screen) {
  constexpr std::uint8_t kFrame = 0x2C;
  constexpr std::uint8_t kExtension = 0x21;
  constexpr std::uint8_t kGraphicControl = 0xF9;
  constexpr std::uint8_t kEnd = 0x3B;
  for (std::uint8_t kind = reader.byte(); kind != kFrame; kind = reader.byte()) {
    if (kind == kEnd) throw Error(ErrorKind::kCorrupt, "GIF without a picture");
    if (kind != kExtension) damaged("a block is of no known kind");
    const bool is_control = reader.byte() == kGraphicControl;
    for (Bytes chunk = reader.chunk(); !chunk.empty(); chunk = reader.chunk()) {
      if (is_control && chunk.size() == 4) screen.transparent = (chunk[0] & 1) != 0 ? chunk[3] : -1;
    }
  }
}

}  // namespace

bool is_gif(Bytes bytes) {
  const std::string_view begin(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return begin.starts_with("GIF87a") || begin.starts_with("GIF89a");
}

Image decode_gif(Bytes bytes, const DecodeOptions& options) {
  Reader reader(bytes);
  Screen screen = read_screen(reader);
  skip_extensions(reader, screen);
  reader.take(4);  // where the frame is
  const int width = reader.number();
  const int height = reader.number();
  const std::uint8_t flags = reader.byte();
  if (width == 0 || height == 0) throw Error(ErrorKind::kCorrupt, "GIF without pixels");
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  check_pixel_limit(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), options);
  check_whole_limit(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), options,
                    "a GIF");
  if ((flags & 0x80) != 0) screen.palette = read_palette(reader, flags);
  if (!screen.palette) damaged("it has no palette");
  if (screen.transparent >= 0)
    (*screen.palette)[static_cast<std::size_t>(screen.transparent)][3] = 0;

  const int pixel_bits = reader.byte();
  if (pixel_bits < 1 || pixel_bits > 8) damaged("its codes are of no possible size");
  const std::vector<std::uint8_t> numbers =
      LzwReader(reader, pixel_bits).read(static_cast<std::size_t>(pixels));

  const auto stride = static_cast<std::size_t>(width);
  const std::vector<int> order = row_order(height, (flags & 0x40) != 0);
  std::vector<std::size_t> stored(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) stored[static_cast<std::size_t>(order[i])] = i;

  const Rows rows{.width = width,
                  .height = height,
                  .format = screen.palette->format(),
                  .opaque = screen.palette->is_opaque(),
                  .presentation = {.pixel_aspect = screen.aspect}};
  Canvas<std::uint8_t> canvas(rows, options);
  std::vector<std::uint8_t> row(stride * static_cast<std::size_t>(rows.format));
  for (const std::size_t i : stored) {
    screen.palette->fill({numbers.data() + i * stride, stride}, rows.format, row);
    canvas.add_row(row);
  }
  return canvas.finish();
}

}  // namespace mnist
