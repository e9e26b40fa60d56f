// Which of ink and paper is darker.
#pragma once

namespace mnist {

enum class Polarity {
  kAuto,         // decide from the picture
  kDarkOnLight,  // dark ink on light paper
  kLightOnDark,  // light ink on dark ground, as in MNIST
};

}  // namespace mnist
