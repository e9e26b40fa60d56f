// Which way up a camera held the picture: the one thing read from EXIF. Internal. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mnist {

// The tag Orientation (CIPA DC-008, 4.6.4) of an APP1 segment, without its marker and length; 1,
// which is upright, where the segment is no EXIF, lacks the tag or is damaged.
int exif_orientation(std::span<const std::uint8_t> segment);

// Where stored pixels belong in the upright picture: pixel (x, y) of the file goes to index
// origin + x * column_step + y * row_step of the width * height upright pixels.
struct Placement {
  int width = 0;
  int height = 0;
  std::ptrdiff_t origin = 0;
  std::ptrdiff_t column_step = 0;
  std::ptrdiff_t row_step = 0;
};

// For an orientation 1 ... 8 and the stored size.
Placement upright_placement(int orientation, int stored_width, int stored_height);

}  // namespace mnist
