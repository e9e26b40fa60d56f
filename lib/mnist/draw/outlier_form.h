// How drawings and small pictures are brought to the form of outliers.h. Internal to
// lib/mnist/draw. Thread-safe: nothing is shared but the dice that are given.
#pragma once

#include <vector>

#include <opencv2/core.hpp>

#include "mnist/digit/digit.h"
#include "mnist/draw/handwriting.h"

namespace mnist::pen {

// Strokes of about MNIST's width in the box.
Digit rendered(const Drawing& drawing, Dice& dice);

// `strength` of ink, 0 to 1, of any size.
Digit framed(const cv::Mat1f& strength);

// The parts of `page`, 0 dark to 1 light, that differ from its mean: the dark or the light ones.
Digit contrasted(const cv::Mat1f& page, bool dark);

// Whether there is nothing at all, or a bar more upright than not, which is a 1.
bool is_blank_or_one(const Digit& digit);

}  // namespace mnist::pen
