#include "mnist/data/augment_digit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "mnist/data/vary_pixels.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

using Image = std::array<std::uint8_t, 784>;

// A thick grey-edged ring with a bar through it: something at every angle.
Image ring() {
  Image image{};
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 28; ++x) {
      const double r = std::hypot(x - 13.5, y - 13.5);
      const double ink = std::max(2.5 - std::abs(r - 7), 2.0 - std::abs(x - 13.5));
      if (r < 10) image[y * 28 + x] = static_cast<std::uint8_t>(std::clamp(ink, 0.0, 1.0) * 255);
    }
  }
  return image;
}

Image varied(const AugmentationOptions& options, std::int64_t row = 0, std::uint64_t seed = 1,
             std::int64_t epoch = 0) {
  const Image image = ring();
  Image out{};
  augment_digit(image.data(), options, seed, epoch, row, out.data());
  return out;
}

double ink_of(const Image& image) {
  double sum = 0;
  for (const std::uint8_t byte : image) sum += byte;
  return sum / 255;
}

int difference(const Image& a, const Image& b) {
  int sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

// Mean over the image of how much neighbours differ: the sharpness of edges.
double roughness(const Image& image) {
  double sum = 0;
  for (std::size_t i = 1; i < image.size(); ++i) sum += std::abs(image[i] - image[i - 1]);
  return sum / 784;
}

// A field with one displacement everywhere, since B-splines reproduce a constant.
augmentation::Variation constant_displacement(float dx, float dy) {
  augmentation::Variation variation{};
  variation.map = {.xx = 1, .xy = 0, .yx = 0, .yy = 1, .x0 = 0, .y0 = 0};
  variation.gain = 1;
  variation.is_elastic = true;
  variation.field.across = {.per_pixel = 0.25F, .phase = 0.3F, .count = 11};
  variation.field.down = {.per_pixel = 0.2F, .phase = 0.8F, .count = 10};
  for (auto& line : variation.field.x) std::fill(std::begin(line), std::end(line), dx);
  for (auto& line : variation.field.y) std::fill(std::begin(line), std::end(line), dy);
  return variation;
}

}  // namespace

TEST_CASE("an elastic field of equal displacements is a shift", "[data]") {
  const Image image = ring();
  Image out{};
  augmentation::portable::vary_pixels(image.data(), constant_displacement(2, -3), out.data());
  for (int y = 4; y < 24; ++y) {
    for (int x = 4; x < 24; ++x) {
      CHECK(std::abs(out[y * 28 + x] - image[(y - 3) * 28 + x + 2]) <= 1);  // weights are rounded
    }
  }
}

TEST_CASE("an elastic field bends, more the larger it is, and no pixel by more than it says",
          "[data]") {
  const Image image = ring();
  int before = 0;
  for (const double elastic : {1.0, 3.0, 8.0}) {
    int sum = 0;
    for (int row = 0; row < 30; ++row) sum += difference(varied({.elastic = elastic}, row), image);
    CHECK(sum > before * 1.5);
    before = sum;
  }
  // The ring reaches to pixel 4 from the edge: displaced by less than 2, it never comes to pixel 1.
  for (int row = 0; row < 100; ++row) {
    const Image out = varied({.elastic = 2}, row);
    for (int i = 0; i < 28; ++i) REQUIRE(out[28 + i] + out[28 * i + 1] == 0);
  }
}

TEST_CASE("a smoother elastic field leaves strokes whole", "[data]") {
  // Neighbours move together: the roughness stays, while a trembling field adds some.
  double trembling = 0;
  double smooth = 0;
  for (int row = 0; row < 50; ++row) {
    trembling += roughness(varied({.elastic = 8, .elastic_smoothness = 2}, row));
    smooth += roughness(varied({.elastic = 8, .elastic_smoothness = 8}, row));
  }
  CHECK(trembling > 1.05 * smooth);
}

TEST_CASE("erasing makes paper of a rectangle, as often and as large as it says", "[data]") {
  const Image image = ring();
  int erased = 0;
  for (int row = 0; row < 1000; ++row) {
    const Image out = varied({.erasing = 0.3, .erasing_size = 0.5}, row);
    int left = 28, right = -1, top = 28, bottom = -1;
    for (int i = 0; i < 784; ++i) {
      if (out[i] == image[i]) continue;
      REQUIRE(out[i] == 0);
      left = std::min(left, i % 28);
      right = std::max(right, i % 28);
      top = std::min(top, i / 28);
      bottom = std::max(bottom, i / 28);
    }
    if (right < 0) continue;
    ++erased;
    CHECK(right - left < 16);
    CHECK(bottom - top < 16);
    for (int y = top; y <= bottom; ++y) {
      for (int x = left; x <= right; ++x) CHECK(out[y * 28 + x] == 0);
    }
  }
  CHECK(erased > 200);  // 300, minus those that fell on paper
  CHECK(erased < 340);
  CHECK(varied({.erasing = 0.0, .erasing_size = 1}) == image);
}

TEST_CASE("blur both softens edges and sharpens them, and keeps the ink", "[data]") {
  const double own = roughness(ring());
  double softest = own;
  double sharpest = own;
  for (int row = 0; row < 100; ++row) {
    const Image out = varied({.blur = 1}, row);
    softest = std::min(softest, roughness(out));
    sharpest = std::max(sharpest, roughness(out));
    CHECK(ink_of(out) == Approx(ink_of(ring())).epsilon(0.05));
  }
  CHECK(softest < 0.9 * own);
  CHECK(sharpest > 1.02 * own);
}

TEST_CASE("contrast scales the ink, and cuts it at full ink", "[data]") {
  int faintest = 255;
  double most = 0;
  for (int row = 0; row < 200; ++row) {
    const Image out = varied({.contrast = 0.4}, row);
    const int peak = *std::max_element(out.begin(), out.end());
    CHECK(peak >= 152);  // 255 * 0.6, rounded down
    faintest = std::min(faintest, peak);
    most = std::max(most, ink_of(out));
  }
  CHECK(faintest < 170);
  CHECK(most > ink_of(ring()) * 1.01);  // grey edges become full
}

TEST_CASE("one option does not change what another draws", "[data]") {
  const Image shifted = varied({.shift = 3}, 5);
  const Image both = varied({.shift = 3, .erasing = 1}, 5);
  for (std::size_t i = 0; i < both.size(); ++i) CHECK((both[i] == shifted[i] || both[i] == 0));
}

TEST_CASE("the largest values stay within the arrays", "[data]") {
  const AugmentationOptions options{.shift = 8,
                                    .rotation = 45,
                                    .scale = 0.5,
                                    .shear = 1,
                                    .elastic = 16,
                                    .thickness = 1,
                                    .blur = 1,
                                    .contrast = 0.9,
                                    .elastic_smoothness = kLeastSmoothness,
                                    .erasing = 1,
                                    .erasing_size = 1};
  for (int row = 0; row < 2000; ++row) varied(options, row);
  for (const double smoothness : {2.0, 2.3, 5.0, 28.0}) {
    for (int row = 0; row < 200; ++row) {
      varied({.elastic = 16, .elastic_smoothness = smoothness}, row);
    }
  }
}

#if defined(__x86_64__)
TEST_CASE("every instruction set varies alike, bit for bit", "[data]") {
  if (__builtin_cpu_supports("avx2") == 0) {
    WARN("this processor has no AVX2: the portable code alone was tested");
    return;
  }
  const Image image = ring();
  augmentation::Variation variation = constant_displacement(0, 0);
  for (int i = 0; i < 300; ++i) {
    const auto some = [i](int k) { return static_cast<float>((i * 37 + k * 101) % 200) / 100 - 1; };
    variation.map = {1 + 0.3F * some(0), 0.3F * some(1), 0.3F * some(2),
                     1 + 0.3F * some(3), 4 * some(4),    4 * some(5)};
    variation.is_elastic = i % 3 != 0;
    for (int k = 0; k < 12; ++k) {
      for (int j = 0; j < 12; ++j) {
        variation.field.x[k][j] = 5 * some(k * 12 + j);
        variation.field.y[k][j] = 5 * some(k * 17 + j + 7);
      }
    }
    variation.thickness = some(6);
    variation.is_softened = i % 2 == 0;
    variation.blur = some(7);
    variation.gain = 1 + 0.5F * some(8);
    Image portable{};
    Image avx2{};
    augmentation::portable::vary_pixels(image.data(), variation, portable.data());
    augmentation::avx2::vary_pixels(image.data(), variation, avx2.data());
    REQUIRE(portable == avx2);
  }
}
#endif

}  // namespace mnist
