// Picture -> one channel of a size that suits the analysis. Internal to lib/mnist/digit.
#pragma once

#include <opencv2/core.hpp>

#include "mnist/image/image.h"

namespace mnist::ink {

struct Grey {
  cv::Mat1b levels;    // 0 dark, 255 light
  double scale = 1.0;  // pixels of `levels` per pixel of the picture
  cv::Point origin;    // of `levels`, in pixels of the picture
};

// The part `area` of `image`, its longer side brought to at most `longest` pixels (and to no fewer
// than a small digit needs). Colours are mixed so that ink differs most from its paper; transparent
// pixels are paper.
Grey to_grey(const Image& image, const cv::Rect& area, int longest);

// `source` by `scale`: averaged when it shrinks, smooth when it grows.
cv::Mat resized(const cv::Mat& source, double scale);

// The scale that brings the longer side to at most `side`.
double shrink_to(const cv::Size& size, int side);

}  // namespace mnist::ink
