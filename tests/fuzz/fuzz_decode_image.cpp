// Pictures: decoded ones keep to the limits and have as many samples as their size says.
#include <span>

#include "mnist/image/decode.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Small, so a run spends its time on parsing and not on filling pixels.
  mnist::DecodeOptions options{.max_pixels = 1 << 16,
                               .max_decoded_pixels = 1 << 12,
                               .max_whole_pixels = 1 << 15,
                               .max_jpeg_scans = 8,
                               .max_pages = 16};
  const std::span bytes(data, size);
  const auto pages = accepted([&] { return mnist::page_count(bytes, options); });
  if (!pages) return 0;
  require(*pages >= 1 && *pages <= options.max_pages);
  for (options.page = 0; options.page < *pages; ++options.page) {
    const auto image = accepted([&] { return mnist::decode_image(bytes, options); });
    if (!image) continue;
    require(image->width > 0 && image->height > 0);
    require(image->pixel_count() <= options.max_decoded_pixels);
    require(image->pixels.size() ==
            image->pixel_count() * static_cast<std::size_t>(image->channels()));
    require(image->scale_x > 0 && image->scale_y > 0);
  }
  return 0;
}
