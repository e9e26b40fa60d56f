#include "mnist/data/image_form.h"

#include <array>

#include "mnist/base/error.h"

namespace mnist {
namespace {

constexpr std::array<std::string_view, 7> kOrientations = {
    "upright", "transposed", "mirrored", "flipped", "upside-down", "turned-left", "turned-right"};

}  // namespace

std::span<const std::string_view> orientation_names() { return kOrientations; }

torch::Tensor set_upright(const torch::Tensor& images, std::string_view orientation) {
  if (orientation == "upright") return images;
  if (orientation == "transposed") return images.transpose(-2, -1).contiguous();
  if (orientation == "mirrored") return images.flip({-1});
  if (orientation == "flipped") return images.flip({-2});
  if (orientation == "upside-down") return images.flip({-2, -1});
  if (orientation == "turned-left") return images.rot90(-1, {-2, -1}).contiguous();
  if (orientation == "turned-right") return images.rot90(1, {-2, -1}).contiguous();
  throw Error(ErrorKind::kUsage, "'" + std::string(orientation) + "' is not an orientation");
}

DigitSet normalized(DigitSet digits, const ImageForm& form) {
  digits.images = set_upright(digits.images, form.orientation);
  if (form.inverted) digits.images = 255 - digits.images;
  return digits;
}

}  // namespace mnist
