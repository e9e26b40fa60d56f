// The first bytes tell the format; each has a decoder of its own.
#include "mnist/image/decode.h"

#include <cctype>
#include <string>

#include "mnist/base/error.h"
#include "mnist/image/codecs.h"

namespace mnist {

bool has_image_signature(std::span<const std::uint8_t> bytes) {
  return is_png(bytes) || is_jpeg(bytes) || is_pnm(bytes);
}

Image decode_image(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  if (bytes.empty()) throw Error(ErrorKind::kUnsupported, "empty file");
  if (is_png(bytes)) return decode_png(bytes, limits);
  if (is_jpeg(bytes)) return decode_jpeg(bytes, limits);
  if (is_pnm(bytes)) return decode_pnm(bytes, limits);
  throw Error(ErrorKind::kUnsupported, "not a " + std::string(kImageFormats) + " image");
}

void check_pixel_limit(std::uint64_t width, std::uint64_t height, const DecodeLimits& limits) {
  if (width == 0 || height <= limits.max_pixels / width) return;
  constexpr std::uint64_t kMillion = 1'000'000;
  const std::string limit = limits.max_pixels >= kMillion && limits.max_pixels % kMillion == 0
                                ? std::to_string(limits.max_pixels / kMillion) + " million"
                                : std::to_string(limits.max_pixels);
  throw Error(ErrorKind::kUnsupported, std::to_string(width) + " x " + std::to_string(height) +
                                           " pixels are more than the limit of " + limit);
}

Image make_image(int width, int height, PixelFormat format) {
  Image image{.width = width, .height = height, .format = format, .pixels = {}};
  image.pixels.resize(image.pixel_count() * static_cast<std::size_t>(image.channels()));
  return image;
}

std::string ErrorTrap::text() const {
  std::string text = message.data();
  const bool starts_a_word = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1]));
  if (starts_a_word) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace mnist
