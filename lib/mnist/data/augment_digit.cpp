// The random numbers are drawn here, a few per image; vary_pixels.inc applies them to the pixels.
//
// The elastic field is that of Simard, Steinkraus, Platt, "Best practices for convolutional neural
// networks applied to visual document analysis", 2003: random displacements, smoothed by a
// Gaussian. Here they are drawn on a coarse grid and interpolated by cubic B-splines, which is the
// same smoothing: a B-spline whose knots are h apart is nearly a Gaussian of variance h²/3. Erasing
// is that of Zhong et al., "Random erasing data augmentation", 2017 (arXiv:1708.04896).
#include "mnist/data/augment_digit.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "mnist/base/random.h"
#include "mnist/data/vary_pixels.h"
#include "mnist/digit/digit.h"

namespace mnist {
namespace {

using augmentation::ElasticField;
using augmentation::InverseMap;
using augmentation::Knots;
using augmentation::Rectangle;
using augmentation::Variation;

constexpr std::uint64_t kAugmentationStream = 0xa06e'2700'0000'0000ULL;

// mix_seed's numbers one after the other: unlike a Mersenne Twister, no set-up.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : seed_(seed) {}

  std::uint64_t bits() { return mix_seed(seed_, next_++); }
  // In [0, 1).
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  // In [-limit, limit).
  double both_ways(double limit) { return limit * (2 * unit() - 1); }

 private:
  std::uint64_t seed_;
  std::uint64_t next_ = 0;
};

InverseMap draw_map(const AugmentationOptions& options, Draws& draws) {
  const double angle = draws.both_ways(options.rotation) * std::numbers::pi / 180;
  const double wide = 1 / (1 + draws.both_ways(options.scale));
  const double high = 1 / (1 + draws.both_ways(options.scale));
  const double shear = draws.both_ways(options.shear);
  const double dx = draws.both_ways(options.shift);
  const double dy = draws.both_ways(options.shift);
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  // scale * shear * rotation
  return {.xx = static_cast<float>(wide * (c + shear * -s)),
          .xy = static_cast<float>(wide * (s + shear * c)),
          .yx = static_cast<float>(high * -s),
          .yy = static_cast<float>(high * c),
          .x0 = static_cast<float>(dx),
          .y0 = static_cast<float>(dy)};
}

// Bounds of the erased part along one side.
struct Span {
  int from, to;
};

Span draw_span(double size, Draws& draws) {
  const double length = std::max(1.0, draws.unit() * size * kDigitSide);
  const double from = draws.unit() * (kDigitSide - length);
  return {static_cast<int>(from), static_cast<int>(std::ceil(from + length))};
}

Rectangle draw_erased(const AugmentationOptions& options, Draws& draws) {
  const bool erases = draws.unit() < options.erasing;
  const Span columns = draw_span(options.erasing_size, draws);
  const Span rows = draw_span(options.erasing_size, draws);
  if (!erases) return {};
  return {.left = columns.from, .right = columns.to, .top = rows.from, .bottom = rows.to};
}

Knots draw_knots(double smoothness, Draws& draws) {
  Knots knots{.per_pixel = static_cast<float>(1 / (smoothness * std::numbers::sqrt3)),
              .phase = static_cast<float>(0x1p-24 * static_cast<double>(draws.bits() >> 40)),
              .count = 0};
  knots.count = std::min(knots.first(kDigitSide - 1) + 4, Knots::kMost);
  return knots;
}

void draw_field(const AugmentationOptions& options, Draws& draws, ElasticField& field) {
  field.across = draw_knots(options.elastic_smoothness, draws);
  field.down = draw_knots(options.elastic_smoothness, draws);
  const float unit = static_cast<float>(options.elastic) * 0x1p-31F;
  for (int k = 0; k < field.down.count; ++k) {
    for (int j = 0; j < field.across.count; ++j) {
      const std::uint64_t bits = draws.bits();
      field.x[k][j] = unit * static_cast<float>(static_cast<std::int32_t>(bits));
      field.y[k][j] = unit * static_cast<float>(static_cast<std::int32_t>(bits >> 32));
    }
  }
}

using VaryPixels = void (*)(const std::uint8_t*, const Variation&, std::uint8_t*);

VaryPixels fastest_vary_pixels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) return augmentation::avx2::vary_pixels;
#endif
  return augmentation::portable::vary_pixels;
}

}  // namespace

void augment_digit(const std::uint8_t* image, const AugmentationOptions& options,
                   std::uint64_t seed, std::int64_t epoch, std::int64_t row, std::uint8_t* varied) {
  const std::uint64_t epoch_seed =
      mix_seed(seed, kAugmentationStream + static_cast<std::uint64_t>(epoch));
  Draws draws(mix_seed(epoch_seed, static_cast<std::uint64_t>(row)));
  Variation variation;
  // All are drawn, whatever the options: so one option does not change the effect of another.
  variation.map = draw_map(options, draws);
  variation.thickness = static_cast<float>(draws.both_ways(options.thickness));
  variation.is_softened = options.blur > 0 || options.contrast > 0;
  variation.blur = static_cast<float>(draws.both_ways(options.blur));
  variation.gain = static_cast<float>(1 + draws.both_ways(options.contrast));
  variation.erased = draw_erased(options, draws);
  variation.is_elastic = options.elastic > 0;
  if (variation.is_elastic) draw_field(options, draws, variation.field);
  static const VaryPixels vary_pixels = fastest_vary_pixels();
  vary_pixels(image, variation, varied);
}

}  // namespace mnist
