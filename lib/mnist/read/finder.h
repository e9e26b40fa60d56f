// Image -> where digits are, and which ink is their own. Learned, without rules: the page network
// (model/page_network.h) looks at a pyramid of scales.
#pragma once

#include "mnist/digit/page.h"
#include "mnist/image/image.h"
#include "mnist/model/page_network.h"

namespace mnist {

// Everything in `image` that is or could be a digit, and the separators between digits, in reading
// order; digits carry their ink in MNIST's form and the network's first look at them, but no
// prediction yet. At most `kMostFinds`. Time and memory grow with the picture's pixels, up to those
// of about a megapixel, and no further. `network` is in evaluation mode. Thread-safe.
inline constexpr std::size_t kMostFinds = 2000;
Page find_digits(PageNetImpl& network, const Image& image);

}  // namespace mnist
