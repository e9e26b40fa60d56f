#include "mnist/image/resample.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace mnist {
namespace {

int scaled_side(int side, double factor) {
  return std::max(1, static_cast<int>(std::lround(side * factor)));
}

// The colour of transparent pixels must not bleed into visible ones: colours are weighted by alpha
// while they are mixed.
void weight_by_alpha(Image& image) {
  for (std::size_t i = 0; i < image.pixels.size(); i += 4) {
    const int alpha = image.pixels[i + 3];
    if (alpha == 255) continue;
    for (std::size_t c = i; c < i + 3; ++c) {
      image.pixels[c] = static_cast<std::uint8_t>((image.pixels[c] * alpha + 127) / 255);
    }
  }
}

void divide_by_alpha(Image& image) {
  for (std::size_t i = 0; i < image.pixels.size(); i += 4) {
    const int alpha = image.pixels[i + 3];
    if (alpha == 255 || alpha == 0) continue;
    for (std::size_t c = i; c < i + 3; ++c) {
      image.pixels[c] =
          static_cast<std::uint8_t>(std::min(255, (image.pixels[c] * 255 + alpha / 2) / alpha));
    }
  }
}

cv::Mat as_matrix(Image& image) {
  return {image.height, image.width, CV_8UC(image.channels()), image.pixels.data()};
}

}  // namespace

Image with_square_pixels(Image image, double pixel_aspect, std::uint64_t max_pixels) {
  if (pixel_aspect == 1) return image;
  const bool wide = pixel_aspect > 1;
  const double factor = wide ? pixel_aspect : 1 / pixel_aspect;
  const bool enlarge =
      static_cast<double>(image.pixel_count()) * factor <= static_cast<double>(max_pixels);

  Image result{.width = image.width,
               .height = image.height,
               .format = image.format,
               .pixels = {},
               .scale_x = image.scale_x,
               .scale_y = image.scale_y};
  int& side = wide == enlarge ? result.width : result.height;
  double& scale = wide == enlarge ? result.scale_x : result.scale_y;
  const int old_side = side;
  side = scaled_side(side, enlarge ? factor : 1 / factor);
  scale *= static_cast<double>(old_side) / side;
  result.pixels.resize(result.pixel_count() * static_cast<std::size_t>(result.channels()));

  const bool has_alpha = image.format == PixelFormat::kRgba;
  if (has_alpha) weight_by_alpha(image);
  cv::Mat to = as_matrix(result);
  cv::resize(as_matrix(image), to, to.size(), 0, 0, enlarge ? cv::INTER_LINEAR : cv::INTER_AREA);
  if (has_alpha) divide_by_alpha(result);
  return result;
}

}  // namespace mnist
