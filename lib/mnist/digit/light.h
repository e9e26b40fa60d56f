// The light on a page, and whether its ink is dark or light. Internal to lib/mnist/digit.
#pragma once

#include <opencv2/core.hpp>

namespace mnist::ink {

// The level that paper has at every pixel of `page`, as smooth as light is: a quadratic surface
// where that explains the page far better than even light does, else one level.
cv::Mat1f light_of(const cv::Mat1b& page);

// Whether the ink of `page`, lit by `light`, is lighter than its paper.
bool ink_is_light(const cv::Mat1b& page, const cv::Mat1f& light);

// `page` without a band of 1/`share` of its shorter side.
cv::Rect inner_part(const cv::Size& page, int share);

}  // namespace mnist::ink
