// PNG (ISO/IEC 15948) with libpng: IHDR, the checks, then row after row, expanded to 8 or 16 bits,
// grey or RGBA; interlaced ones as a whole. Colour management (gAMA, iCCP, sRGB ...) is ignored, as
// are all other ancillary chunks except tRNS: libpng parses none, so none can cost memory or time;
// png_presentation() reads those that say how to show the picture. Warnings are not fatal.
#include <bit>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <vector>

#include <png.h>

#include "mnist/base/error.h"
#include "mnist/image/canvas.h"
#include "mnist/image/codecs.h"

namespace mnist {
namespace {

struct PngHeader {
  int width = 0;
  int height = 0;
  int bits_per_pixel = 0;
  PixelFormat format = PixelFormat::kGrey;
  bool opaque = true;
  bool deep = false;  // 16 bits a sample
  bool interlaced = false;
};

class PngReader {
 public:
  explicit PngReader(std::span<const std::uint8_t> bytes)
      : rest_(bytes),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning)),
        info_(png_create_info_struct(png_)) {}
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  PngHeader read_header();
  // Sets how rows are delivered, in `header`'s format; samples of 16 bits in this machine's order.
  void start(const PngHeader& header);
  void read_row(std::uint8_t* row);
  // All rows, one after another.
  void read_interlaced(std::vector<std::uint8_t*> rows);
  void finish();

 private:
  [[noreturn]] static void on_error(png_structp png, png_const_charp message);
  static void on_warning(png_structp, png_const_charp) {}
  static void on_read(png_structp png, png_bytep out, std::size_t count);

  template <typename Calls>
  void run(const Calls& calls) {
    if (run_trapped(trap_, calls)) return;
    throw Error(ErrorKind::kCorrupt, truncated_ ? "truncated PNG" : "damaged PNG: " + trap_.text());
  }

  ErrorTrap trap_;
  std::span<const std::uint8_t> rest_;
  bool truncated_ = false;
  png_structp png_;
  png_infop info_;
};

void PngReader::on_error(png_structp png, png_const_charp message) {
  auto& trap = static_cast<PngReader*>(png_get_error_ptr(png))->trap_;
  std::snprintf(trap.message.data(), trap.message.size(), "%s", message);
  std::longjmp(trap.entry, 1);
}

void PngReader::on_read(png_structp png, png_bytep out, std::size_t count) {
  auto& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
  if (count > reader.rest_.size()) {
    reader.truncated_ = true;
    png_error(png, "truncated");
  }
  std::memcpy(out, reader.rest_.data(), count);
  reader.rest_ = reader.rest_.subspan(count);
}

PngHeader PngReader::read_header() {
  if (info_ == nullptr) throw Error(ErrorKind::kUnsupported, "libpng does not start");
  PngHeader header;
  run([&] {
    png_set_read_fn(png_, this, on_read);
    // Any size passes here: check_pixel_limit() judges it, with its own message.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);

    header.width = static_cast<int>(png_get_image_width(png_, info_));
    header.height = static_cast<int>(png_get_image_height(png_, info_));
    header.bits_per_pixel = png_get_channels(png_, info_) * png_get_bit_depth(png_, info_);
    const bool grey = png_get_color_type(png_, info_) == PNG_COLOR_TYPE_GRAY;
    const bool has_key = png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    header.format = grey && !has_key ? PixelFormat::kGrey : PixelFormat::kRgba;
    header.opaque = !has_key && (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) == 0;
    header.deep = png_get_bit_depth(png_, info_) == 16;
    header.interlaced = png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE;
  });
  return header;
}

void PngReader::start(const PngHeader& header) {
  const std::size_t row_bytes = static_cast<std::size_t>(header.width) *
                                static_cast<std::size_t>(header.format) * (header.deep ? 2 : 1);
  run([&] {
    png_set_expand(png_);
    if (header.deep && std::endian::native == std::endian::little) png_set_swap(png_);
    if (header.format == PixelFormat::kRgba) {
      png_set_gray_to_rgb(png_);
      png_set_add_alpha(png_, 0xFFFF, PNG_FILLER_AFTER);
    }
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != row_bytes) png_error(png_, "unexpected row size");
  });
}

void PngReader::read_row(std::uint8_t* row) {
  run([&] { png_read_row(png_, row, nullptr); });
}

void PngReader::read_interlaced(std::vector<std::uint8_t*> rows) {
  run([&] { png_read_image(png_, rows.data()); });
}

void PngReader::finish() {
  run([&] { png_read_end(png_, nullptr); });
}

template <typename Sample>
std::uint8_t* as_bytes(Sample* samples) {
  return reinterpret_cast<std::uint8_t*>(samples);
}

template <typename Sample>
Image read_rows(PngReader& reader, const PngHeader& header, const Presentation& presentation,
                const DecodeOptions& options) {
  Canvas<Sample> canvas({.width = header.width,
                         .height = header.height,
                         .format = header.format,
                         .opaque = header.opaque,
                         .presentation = presentation},
                        options);
  const std::size_t stride =
      static_cast<std::size_t>(header.width) * static_cast<std::size_t>(header.format);
  const auto height = static_cast<std::size_t>(header.height);
  std::vector<Sample> samples(header.interlaced ? stride * height : stride);
  if (header.interlaced) {
    std::vector<std::uint8_t*> rows;
    for (std::size_t y = 0; y < height; ++y) rows.push_back(as_bytes(samples.data() + y * stride));
    reader.read_interlaced(std::move(rows));
  }
  for (std::size_t y = 0; y < height; ++y) {
    if (!header.interlaced) reader.read_row(as_bytes(samples.data()));
    canvas.add_row({samples.data() + (header.interlaced ? y * stride : 0), stride});
  }
  reader.finish();
  return canvas.finish();
}

}  // namespace

bool is_png(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kSignatureSize = 8;
  return bytes.size() >= kSignatureSize && png_sig_cmp(bytes.data(), 0, kSignatureSize) == 0;
}

Image decode_png(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  PngReader reader(bytes);
  const PngHeader header = reader.read_header();
  const auto width = static_cast<std::uint64_t>(header.width);
  const auto height = static_cast<std::uint64_t>(header.height);
  check_pixel_limit(width, height, options);
  if (header.interlaced) check_whole_limit(width, height, options, "an interlaced PNG");

  // Deflate packs at most 1032 : 1 (RFC 1951: 258 bytes in two bits): a short file that claims a
  // large picture is refused before memory is spent on it.
  constexpr std::uint64_t kBestRatio = 1032;
  const std::uint64_t row_bytes = (width * static_cast<std::uint64_t>(header.bits_per_pixel)) / 8;
  if (row_bytes * height / kBestRatio > bytes.size()) {
    throw Error(ErrorKind::kCorrupt, "truncated PNG");
  }

  check_unpacking(width, height, static_cast<std::uint64_t>(header.bits_per_pixel),
                  static_cast<std::uint64_t>(header.format) * (header.deep ? 2 : 1), bytes.size());
  reader.start(header);
  const Presentation presentation = png_presentation(bytes);
  return header.deep ? read_rows<std::uint16_t>(reader, header, presentation, options)
                     : read_rows<std::uint8_t>(reader, header, presentation, options);
}

}  // namespace mnist
