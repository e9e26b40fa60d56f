// PNG (ISO/IEC 15948) with libpng: IHDR, the checks, then rows expanded to 8 bits, grey or RGBA.
// Colour management (gAMA, iCCP, sRGB ...) is left aside, and with it all other ancillary chunks
// but tRNS: none is parsed, so none can cost memory or time. Warnings are not fatal.
#include <cstdio>
#include <cstring>

#include <png.h>

#include "mnist/base/error.h"
#include "mnist/image/codecs.h"

namespace mnist {
namespace {

struct PngHeader {
  int width = 0;
  int height = 0;
  int bits_per_pixel = 0;
  PixelFormat format = PixelFormat::kGrey;
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
  void read_pixels(Image& image);

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
    // Any size passes here: check_pixel_limit() judges it, with a message of its own.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);

    header.width = static_cast<int>(png_get_image_width(png_, info_));
    header.height = static_cast<int>(png_get_image_height(png_, info_));
    header.bits_per_pixel = png_get_channels(png_, info_) * png_get_bit_depth(png_, info_);
    const bool grey = png_get_color_type(png_, info_) == PNG_COLOR_TYPE_GRAY;
    const bool opaque = png_get_valid(png_, info_, PNG_INFO_tRNS) == 0;
    header.format = grey && opaque ? PixelFormat::kGrey : PixelFormat::kRgba;
  });
  return header;
}

void PngReader::read_pixels(Image& image) {
  const std::size_t stride = image.pixels.size() / static_cast<std::size_t>(image.height);
  run([&] {
    png_set_expand(png_);
    png_set_scale_16(png_);
    if (image.format == PixelFormat::kRgba) {
      png_set_gray_to_rgb(png_);
      png_set_add_alpha(png_, 0xFF, PNG_FILLER_AFTER);
    }
    const int passes = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != stride) png_error(png_, "unexpected row size");
    for (int pass = 0; pass < passes; ++pass) {
      for (int y = 0; y < image.height; ++y) {
        png_read_row(png_, image.pixels.data() + static_cast<std::size_t>(y) * stride, nullptr);
      }
    }
    png_read_end(png_, nullptr);
  });
}

}  // namespace

bool is_png(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kSignatureSize = 8;
  return bytes.size() >= kSignatureSize && png_sig_cmp(bytes.data(), 0, kSignatureSize) == 0;
}

Image decode_png(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  PngReader reader(bytes);
  const PngHeader header = reader.read_header();
  const auto width = static_cast<std::uint64_t>(header.width);
  const auto height = static_cast<std::uint64_t>(header.height);
  check_pixel_limit(width, height, limits);

  // Deflate packs at most 1032 : 1 (RFC 1951: 258 bytes in two bits): a short file that claims a
  // large picture is refused before memory is spent on it.
  constexpr std::uint64_t kBestRatio = 1032;
  const std::uint64_t row_bytes = (width * static_cast<std::uint64_t>(header.bits_per_pixel)) / 8;
  if (row_bytes * height / kBestRatio > bytes.size()) {
    throw Error(ErrorKind::kCorrupt, "truncated PNG");
  }

  Image image = make_image(header.width, header.height, header.format);
  reader.read_pixels(image);
  return image;
}

}  // namespace mnist
