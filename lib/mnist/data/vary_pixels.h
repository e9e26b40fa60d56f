// The pixels' part of augment_digit.h: applies the drawn variation to an image. Exists once per
// instruction set (vary_pixels_<set>.cpp), all with the same result, bit for bit. Internal to
// lib/mnist/data. Thread-safe.
#pragma once

#include <cstdint>

namespace mnist::augmentation {

// From a pixel of the result to a place in the image, both counted from the image's centre.
struct InverseMap {
  float xx, xy, yx, yy;  // the matrix
  float x0, y0;          // where the result's centre comes from
};

// Where the knots of cubic B-splines lie along one side of the image: pixel i is at knot
// i * per_pixel + phase + 1.
struct Knots {
  static constexpr int kMost = 12;

  float per_pixel;
  float phase;  // in [0, 1)
  int count;

  // The first of the four knots that reach pixel i.
  int first(int i) const { return static_cast<int>(static_cast<float>(i) * per_pixel + phase); }
};

struct ElasticField {
  Knots across, down;
  float x[Knots::kMost][Knots::kMost];  // [down][across]: displacements in pixels
  float y[Knots::kMost][Knots::kMost];
};

struct Rectangle {
  int left, right, top, bottom;  // right and bottom are exclusive
};

struct Variation {
  InverseMap map;
  bool is_elastic;
  ElasticField field;  // undefined unless is_elastic
  float thickness;     // in [-1, 1]: 1 is the neighbourhood's maximum, -1 its minimum; 0: none
  bool is_softened;
  float blur;        // in [-1, 1]: 1 is the blurred image, -1 as far the other way
  float gain;        // what ink is multiplied by
  Rectangle erased;  // empty: nothing
};

// image, varied: 28x28 bytes each, not overlapping.
namespace portable {
void vary_pixels(const std::uint8_t* image, const Variation& variation, std::uint8_t* varied);
}
#if defined(__x86_64__)
namespace avx2 {
void vary_pixels(const std::uint8_t* image, const Variation& variation, std::uint8_t* varied);
}
#endif

}  // namespace mnist::augmentation
