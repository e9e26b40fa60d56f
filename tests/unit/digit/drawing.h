// Pictures drawn in code: a digit of a few strokes on paper of one's choice.
#pragma once

#include <opencv2/core.hpp>

#include "mnist/digit/digit.h"
#include "mnist/image/image.h"

namespace mnist::testing {

cv::Mat1b paper(int width, int height, int level = 255);

// The digits 1, 4, 5, 7 and 0 in straight strokes and an ellipse, inside `box`.
void draw_digit(cv::Mat& page, int digit, const cv::Rect& box, int pen, const cv::Scalar& ink);

Image to_image(const cv::Mat& page);  // 8UC1 or 8UC4 (RGBA)

// Uniform noise of +-`amplitude`, the same in every run.
cv::Mat1b with_noise(const cv::Mat1b& page, int amplitude);

// A 28x28 picture in MNIST's form.
Image mnist_like();

cv::Point2d centre_of_mass(const Digit& digit);
cv::Rect ink_box(const Digit& digit, float least = 0.1F);

// Share of ink that two digits have in common, 0 to 1 (intersection over union of the greys), at
// the best of the shifts by a pixel that rounding a centre of mass can cause.
double likeness(const Digit& a, const Digit& b);

}  // namespace mnist::testing
