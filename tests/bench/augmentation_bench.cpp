// What augment_digit costs per image, on one core: each option alone, then all together.
// Built on request: cmake --build --preset release --target augmentation-bench
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

#include "mnist/base/random.h"
#include "mnist/data/augment_digit.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kImages = 1000;
constexpr int kRounds = 50;

void measure(const char* name, const mnist::AugmentationOptions& options) {
  std::vector<std::uint8_t> images(std::size_t{kImages} * 784);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i] = static_cast<std::uint8_t>(mnist::mix_seed(1, i));
  }
  std::array<std::uint8_t, 784> varied{};
  unsigned sum = 0;  // used, so nothing is optimised away
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round) {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < kImages; ++i) {
      mnist::augment_digit(&images[std::size_t{784} * i], options, 1, round, i, varied.data());
      sum += varied[round];
    }
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::printf("%-22s %5.2f us  (%u)\n", name, best * 1e6 / kImages, sum % 1000);
}

}  // namespace

int main() {
  std::printf("fastest of %d rounds of %d images; in brackets: a checksum\n", kRounds, kImages);
  const mnist::AugmentationOptions affine{
      .shift = 1.5, .rotation = 12, .scale = 0.12, .shear = 0.15};
  measure("affine", affine);
  measure("elastic", {.elastic = 4});
  measure("thickness", {.thickness = 0.6});
  measure("blur and contrast", {.blur = 0.5, .contrast = 0.2});
  mnist::AugmentationOptions all = affine;
  all.thickness = 0.6;
  measure("affine and thickness", all);
  all.elastic = 4;
  all.blur = 0.5;
  all.contrast = 0.2;
  all.erasing = 0.3;
  measure("everything", all);
  return 0;
}
