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
  // Continued outwards by `margin` on every side, and on the right and below until the sides are
  // multiples of 4.
  cv::Mat1b levels{};
  int margin = 0;
  double scale_x = 1;  // pixels of the level per pixel of the picture
  double scale_y = 1;
};

// The size of a picture of `size` at `scale`, and with its margins, multiples of 4.
cv::Size scaled_size(const cv::Size& size, double scale);
cv::Size with_margins(const cv::Size& scaled);

// All of `image`, its colours mixed so that ink differs most from paper, transparent pixels being
// paper, brought to at most `most_pixels` (a side to no less than 1).
// A small grey image is not copied: the result is valid only as long as it is.
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
