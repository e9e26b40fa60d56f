// Image -> every digit in it, in reading order. Steps and limits are in docs/reading-pictures.md.
// Thread-safe.
#pragma once

#include <vector>

#include "mnist/digit/digit.h"
#include "mnist/digit/normalize.h"
#include "mnist/image/image.h"

namespace mnist {

struct SegmentedDigit {
  Digit digit;  // in MNIST's form
  Box box;      // of its ink, in pixels of the picture
  int row = 0;  // lines of digits, from 0 at the top
};

// The digits of `image`, row by row from the top, from left to right. Digits that touch are cut
// apart where they are wider than their neighbours; marks much smaller than the digits are left
// out. Empty where there is no ink. Throws nothing.
std::vector<SegmentedDigit> segment(const Image& image, const NormalizeOptions& options = {});

}  // namespace mnist
