// The affine part maps each pixel of the result back into the image and reads it bilinearly, once,
// whatever is combined. Thickness then moves each pixel towards its neighbourhood's maximum
// (thicker) or minimum (thinner): grey morphology with a flat 3x3 element, blended.
#include "mnist/data/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>

#include <ATen/Parallel.h>

#include "mnist/base/random.h"
#include "mnist/digit/digit.h"

namespace mnist {
namespace {

constexpr std::uint64_t kAugmentationStream = 0xa06e'2700'0000'0000ULL;
constexpr int kBorder = 1;  // of paper around the image: neighbourhoods need no special case
constexpr int kPaddedSide = kDigitSide + 2 * kBorder;

using Padded = std::array<float, kPaddedSide * kPaddedSide>;

double uniform(std::mt19937_64& engine, double limit) {
  constexpr double kUnit = 0x1p-53;
  return limit * (2 * (static_cast<double>(engine() >> 11) * kUnit) - 1);
}

// From a pixel of the result to a place in the image, both counted from the image's centre.
struct InverseMap {
  double xx, xy, yx, yy;  // the matrix
  double x0, y0;          // where the result's centre comes from
};

InverseMap random_map(const AugmentationOptions& options, std::mt19937_64& engine) {
  const double angle = uniform(engine, options.rotation) * std::numbers::pi / 180;
  const double wide = 1 / (1 + uniform(engine, options.scale));
  const double high = 1 / (1 + uniform(engine, options.scale));
  const double shear = uniform(engine, options.shear);
  const double dx = uniform(engine, options.shift);
  const double dy = uniform(engine, options.shift);
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  // scale * shear * rotation
  return {wide * (c + shear * -s), wide * (s + shear * c), high * -s, high * c, dx, dy};
}

float pixel(const std::uint8_t* image, int x, int y) {
  const bool inside = x >= 0 && x < kDigitSide && y >= 0 && y < kDigitSide;
  return inside ? static_cast<float>(image[y * kDigitSide + x]) : 0.0F;
}

// Bilinear, in [0,1].
float sample(const std::uint8_t* image, double x, double y) {
  const int left = static_cast<int>(std::floor(x));
  const int top = static_cast<int>(std::floor(y));
  const auto u = static_cast<float>(x - left);
  const auto v = static_cast<float>(y - top);
  const float upper = pixel(image, left, top) * (1 - u) + pixel(image, left + 1, top) * u;
  const float lower = pixel(image, left, top + 1) * (1 - u) + pixel(image, left + 1, top + 1) * u;
  return std::min(1.0F, (upper * (1 - v) + lower * v) / 255.0F);  // rounding may exceed it
}

void warp(const std::uint8_t* image, const InverseMap& map, Padded& out) {
  constexpr double kCentre = (kDigitSide - 1) / 2.0;
  out.fill(0.0F);
  for (int row = 0; row < kDigitSide; ++row) {
    const double y = row - kCentre - map.y0;
    float* line = &out[(row + kBorder) * kPaddedSide + kBorder];
    for (int column = 0; column < kDigitSide; ++column) {
      const double x = column - kCentre - map.x0;
      line[column] =
          sample(image, map.xx * x + map.xy * y + kCentre, map.yx * x + map.yy * y + kCentre);
    }
  }
}

// `amount` in [-1, 1]: 1 is the neighbourhood's maximum, -1 its minimum.
void thicken(const Padded& ink, float amount, float* out) {
  for (int row = 0; row < kDigitSide; ++row) {
    for (int column = 0; column < kDigitSide; ++column) {
      const float* centre = &ink[(row + kBorder) * kPaddedSide + column + kBorder];
      float extreme = *centre;
      for (int dy = -kPaddedSide; dy <= kPaddedSide; dy += kPaddedSide) {
        for (int dx = -1; dx <= 1; ++dx) {
          extreme =
              amount > 0 ? std::max(extreme, centre[dy + dx]) : std::min(extreme, centre[dy + dx]);
        }
      }
      *out++ = *centre + std::abs(amount) * (extreme - *centre);
    }
  }
}

}  // namespace

torch::Tensor augmented_ink(const torch::Tensor& images, const torch::Tensor& rows,
                            const AugmentationOptions& options, std::uint64_t seed,
                            std::int64_t epoch) {
  torch::Tensor ink = torch::empty({rows.size(0), 1, kDigitSide, kDigitSide});
  const std::uint8_t* image = images.data_ptr<std::uint8_t>();
  const std::int64_t* row = rows.data_ptr<std::int64_t>();
  float* out = ink.data_ptr<float>();
  const std::uint64_t epoch_seed =
      mix_seed(seed, kAugmentationStream + static_cast<std::uint64_t>(epoch));
  at::parallel_for(0, rows.size(0), 16, [&](std::int64_t begin, std::int64_t end) {
    Padded padded;
    for (std::int64_t i = begin; i < end; ++i) {
      std::mt19937_64 engine(mix_seed(epoch_seed, static_cast<std::uint64_t>(row[i])));
      warp(image + row[i] * kDigitPixels, random_map(options, engine), padded);
      thicken(padded, static_cast<float>(uniform(engine, options.thickness)),
              out + i * kDigitPixels);
    }
  });
  return ink;
}

}  // namespace mnist
