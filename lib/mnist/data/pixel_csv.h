// Digits as lines of numbers, the form in which competitions publish MNIST.
#pragma once

#include <filesystem>

#include "mnist/data/digit_set.h"

namespace mnist {

// Each line is a label, 0 to 9, and 784 pixels, 0 (paper) to 255 (ink), row by row; a first line
// without any number is a header, whose column `label` or `class` may be anywhere. The digests are
// those of the bytes of the pixels and labels. Throws Error: kIo if it cannot be read or has no
// image, kCorrupt for a bad line, kUnsupported beyond 1 GiB. Thread-safe.
DigitSet load_pixel_csv(const std::filesystem::path& path);

}  // namespace mnist
