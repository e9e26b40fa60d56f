// Random variations of one training image, so a network learns what does not matter: how a hand
// writes (place, slant, size, wobble), what pen it uses, how the picture was taken.
//
// Each variation is a function only of the seed, the epoch and the image's row: batches, threads
// and processes do not change what is seen, and an interrupted run sees the same. No flips: a
// mirrored digit is not a digit. Does not use Torch. Thread-safe, takes no memory.
#pragma once

#include <cstdint>

namespace mnist {

// Each value except the last three is the largest change; changes are drawn uniformly up to it in
// both directions. 0 means no change.
struct AugmentationOptions {
  double shift = 0.0;      // pixels, in x and y
  double rotation = 0.0;   // degrees
  double scale = 0.0;      // share of the size: 0.1 is 0.9 to 1.1, separately in x and y
  double shear = 0.0;      // pixels of slant per pixel of height
  double elastic = 0.0;    // pixels: a random field that moves neighbours alike
  double thickness = 0.0;  // 1: from the neighbourhood's thinnest to its thickest, 3x3 pixels
  double blur = 0.0;       // 1: from edges sharpened to a 3x3 binomial blur
  double contrast = 0.0;   // share of the ink: 0.2 is 0.8 to 1.2, cut at full ink

  double elastic_smoothness = 4.0;  // pixels: the Gaussian's standard deviation that smooths it
  double erasing = 0.0;             // probability that a rectangle becomes paper
  double erasing_size = 0.4;        // its largest width and height, as a share of the image's

  bool any() const {
    return shift > 0 || rotation > 0 || scale > 0 || shear > 0 || elastic > 0 || thickness > 0 ||
           blur > 0 || contrast > 0 || erasing > 0;
  }
};

// The minimum elastic_smoothness.
inline constexpr double kLeastSmoothness = 2.0;

// image, varied: 28x28 bytes each, 255 is ink and 0 is paper; they may not overlap. Paper surrounds
// the image. `row` and `epoch` count from 0. The same bits on every processor.
void augment_digit(const std::uint8_t* image, const AugmentationOptions& options,
                   std::uint64_t seed, std::int64_t epoch, std::int64_t row, std::uint8_t* varied);

}  // namespace mnist
