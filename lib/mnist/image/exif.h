// How a stored picture is meant to be seen: which way up, and how wide its pixels are. Files say so
// in EXIF, which is read here, or in their own fields. Internal. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mnist {

struct Presentation {
  int orientation = 1;      // 1 ... 8, the tag Orientation of CIPA DC-008, 4.6.4; 1 is upright
  double pixel_aspect = 1;  // width / height of a stored pixel

  friend bool operator==(const Presentation&, const Presentation&) = default;
};

// `orientation` if it is a valid one, otherwise 1.
int valid_orientation(std::uint64_t orientation);

// width / height of a pixel, from the pixel densities across and down (in any unit). 1 if it is
// square to within 2 %, or the densities make no sense: not positive, or sides beyond 1 : 4.
double pixel_aspect(double x_density, double y_density);

// The tags Orientation, XResolution, YResolution and ResolutionUnit of an EXIF block, with or
// without the "Exif\0\0" before it. Missing and damaged values are as in a plain picture.
Presentation exif_presentation(std::span<const std::uint8_t> block);

// Where stored pixels belong in the upright picture: pixel (x, y) of the file goes to index
// origin + x * column_step + y * row_step of the width * height upright pixels.
struct PixelOrder {
  int width = 0;
  int height = 0;
  std::ptrdiff_t origin = 0;
  std::ptrdiff_t column_step = 0;
  std::ptrdiff_t row_step = 0;
};

// For an orientation 1 ... 8 and the stored size.
PixelOrder upright_order(int orientation, int stored_width, int stored_height);

// Whether what is stored as a row is seen as a column.
inline bool is_transposed(int orientation) { return orientation > 4; }

}  // namespace mnist
