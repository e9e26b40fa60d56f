// Square pixels. Internal. Thread-safe.
#pragma once

#include <cstdint>

#include "mnist/image/image.h"

namespace mnist {

// The picture with pixels as wide as they are high, of ones that are `pixel_aspect` times as wide
// as high: enlarged along one side, or made smaller along the other where it would have more than
// `max_pixels` otherwise. Adjusts scale_x and scale_y.
Image with_square_pixels(Image image, double pixel_aspect, std::uint64_t max_pixels);

}  // namespace mnist
