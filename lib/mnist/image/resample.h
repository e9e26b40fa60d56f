// Square pixels. Internal. Thread-safe.
#pragma once

#include <cstdint>

#include "mnist/image/image.h"

namespace mnist {

// Makes pixels square that are `pixel_aspect` times as wide as high: enlarges the picture along one
// side, or makes it smaller along the other if it would otherwise have more than `max_pixels`.
// Adjusts scale_x and scale_y.
Image with_square_pixels(Image image, double pixel_aspect, std::uint64_t max_pixels);

}  // namespace mnist
