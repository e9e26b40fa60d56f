// Picture -> one grey channel at the scales at which digits are looked for. Internal to
// lib/mnist/read. Thread-safe.
#pragma once

#include <vector>

#include <opencv2/core.hpp>

#include "mnist/image/image.h"

namespace mnist::reading {

// Pixels around a level: a digit at the picture's edge still has paper around it.
inline constexpr int kMargin = 8;

// One scale of a picture, for the page network.
struct Level {
  cv::Mat1b levels{};  // continued outwards by `margin` on every side; sides are multiples of 4
  int margin = 0;
  double scale_x = 1;  // pixels of the level per pixel of the picture
  double scale_y = 1;
};

// All of `image`, its colours mixed so that ink differs most from paper, transparent pixels being
// paper, brought to at most `most_pixels`.
cv::Mat1b to_grey(const Image& image, double most_pixels);

// A picture's grey channel and its halves, quarters, …: a level is averaged from the smallest that
// is large enough, so all levels together cost little more than the picture has pixels.
class Pyramid {
 public:
  // `grey`: the whole of a picture of `size`.
  Pyramid(cv::Mat1b grey, const cv::Size& size);

  // At `scale` of the picture.
  Level level_at(double scale) const;

 private:
  std::vector<cv::Mat1b> halves_;
  cv::Size size_;
};

}  // namespace mnist::reading
