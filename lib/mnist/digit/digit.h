// A digit as the network sees it: in the form of MNIST's images.
#pragma once

#include <array>
#include <cstdint>

namespace mnist {

inline constexpr int kDigitSide = 28;
inline constexpr int kDigitPixels = kDigitSide * kDigitSide;
inline constexpr int kClasses = 10;
// The label of images that are not digits.
inline constexpr std::int64_t kOutlierLabel = kClasses;

struct Digit {
  // Row by row from the top left; 1 is ink, 0 is paper.
  std::array<float, kDigitPixels> ink{};

  float at(int row, int column) const { return ink[row * kDigitSide + column]; }
  friend bool operator==(const Digit&, const Digit&) = default;
};

}  // namespace mnist
