// PNG with libpng's simplified interface, which keeps its own errors.
#include <string>

#include <png.h>

#include "mnist/base/error.h"
#include "mnist/image/encode.h"

namespace mnist {

std::vector<std::uint8_t> encode_png(const Image& image) {
  const std::size_t samples = image.pixel_count() * static_cast<std::size_t>(image.channels());
  if (image.width <= 0 || image.height <= 0 || image.pixels.size() != samples) {
    throw Error(ErrorKind::kUsage, "not a picture: its pixels do not fit its size");
  }
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = image.format == PixelFormat::kGrey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGBA;

  std::vector<std::uint8_t> bytes(PNG_IMAGE_PNG_SIZE_MAX(png));
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&png, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr) ==
      0) {
    throw Error(ErrorKind::kUsage, std::string("cannot write a PNG: ") + png.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace mnist
