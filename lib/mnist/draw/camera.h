// From a sheet to a picture of it: paper, light, the camera's angle and its faults. Internal to
// lib/mnist/draw. Thread-safe.
#pragma once

#include <opencv2/core.hpp>

#include "mnist/draw/sheet.h"

namespace mnist::pen {

// Rotates the whole sheet about its middle, now and then in perspective. What comes in from outside
// is empty paper.
void tilt(Sheet& sheet, Dice& dice);

// Slow changes between about -1 and 1, as many `knots` across as down.
cv::Mat1f waves(const cv::Size& size, int knots, Dice& dice);

// What JPEG does to 8x8 blocks: cosine transform, and coefficients rounded to steps that grow with
// their frequency, from about a third of `coarse`.
void compress(double coarse, cv::Mat1f& levels);

// Levels from 0 (black) to 1 (white).
cv::Mat1f photograph(const Sheet& sheet, double side, Dice& dice);

// Disturbs a picture whose digits are `side` pixels high: dotted lines, zigzags, stripes, speckle,
// fog, outlines instead of strokes.
void disturb(cv::Mat1f& picture, double side, Dice& dice);

}  // namespace mnist::pen
