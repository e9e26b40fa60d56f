// How the images of a file may differ from MNIST's, and their conversion to MNIST's form.
// Thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <torch/types.h>

#include "mnist/data/digit_set.h"

namespace mnist {

struct ImageForm {
  std::string orientation = "upright";  // one of orientation_names()
  bool inverted = false;                // dark digits on white

  bool is_usual() const { return *this == ImageForm{}; }
  bool operator==(const ImageForm&) const = default;
};

// How images may be oriented: "upright", "transposed" (rows and columns exchanged, as in EMNIST),
// "mirrored" (left and right), "flipped" (top and bottom), "upside-down" (turned by 180 degrees),
// "turned-left" and "turned-right" (by 90 degrees).
std::span<const std::string_view> orientation_names();

// Images ([…,28,28], any type) in that `orientation`, set upright. Throws Error{kUsage} for a name
// that is not in the list.
torch::Tensor set_upright(const torch::Tensor& images, std::string_view orientation);

// `digits`, whose images are in `form`, converted to MNIST's: upright, white on black. The digests
// stay those of the file. Throws what set_upright throws.
DigitSet normalized(DigitSet digits, const ImageForm& form);

}  // namespace mnist
