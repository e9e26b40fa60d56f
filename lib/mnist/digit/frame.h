// Strokes -> Digit: MNIST's box, stroke weight and centring. Internal to lib/mnist; also used by
// data/.
#pragma once

#include <opencv2/core.hpp>

#include "mnist/digit/digit.h"

namespace mnist::ink {

struct Framed {
  Digit digit;
  double stroke = 0.0;     // mean width of the strokes as found, in pixels of the 20x20 box
  double length = 0.0;     // of all strokes together, in the same pixels
  double blackness = 0.0;  // mean strength of the ink, 0 to 1
};

// `strength` (0 paper, 1 ink) holds one digit and nothing else; paper around it is cut off.
Framed frame_digit(const cv::Mat1f& strength);

// The mean width of the strokes in pixels of `strength` (0 paper, 1 ink); 0 without ink.
double stroke_width(const cv::Mat1f& strength);

// Whether `digit` could be one of MNIST's own images: the ink's box 20 pixels long, its centre of
// mass in the middle, black and white both reached.
bool has_mnist_form(const Digit& digit);

}  // namespace mnist::ink
