// Pictures: what is decoded keeps to the limits and has as many samples as its size says.
#include <span>

#include "mnist/image/decode.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Small, so that a run spends its time on parsing and not on filling pixels.
  const mnist::DecodeLimits limits{.max_pixels = 1 << 16, .max_jpeg_scans = 8};
  const std::span bytes(data, size);
  if (const auto image = accepted([&] { return mnist::decode_image(bytes, limits); })) {
    require(image->width > 0 && image->height > 0);
    require(image->pixel_count() <= limits.max_pixels);
    require(image->pixels.size() ==
            image->pixel_count() * static_cast<std::size_t>(image->channels()));
  }
  return 0;
}
