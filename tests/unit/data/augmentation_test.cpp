#include "mnist/data/augmentation.h"

#include <ATen/Parallel.h>

#include "mnist/data/digit_set.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

torch::Tensor images() {
  static const torch::Tensor drawn = generate_digit_set(64, 1).images;
  return drawn;
}

torch::Tensor varied(const AugmentationOptions& options, std::uint64_t seed = 1,
                     std::int64_t epoch = 0) {
  return to_ink(augmented_images(images(), torch::arange(64), options, seed, epoch));
}

torch::Tensor centre(const torch::Tensor& ink, int dimension) {
  const torch::Tensor place = torch::arange(28, torch::kFloat32);
  return (ink.sum(dimension == 3 ? 2 : 3).squeeze(1) * place).sum(1) / ink.sum({1, 2, 3});
}

}  // namespace

TEST_CASE("without any variation the ink is the image's own", "[data]") {
  CHECK_FALSE(AugmentationOptions{}.any());
  CHECK(varied({}).allclose(to_ink(images()), 0, 1e-6));
}

TEST_CASE("each option changes the images, within [0,1]", "[data]") {
  const torch::Tensor own = to_ink(images());
  for (const AugmentationOptions& options :
       {AugmentationOptions{.shift = 2}, AugmentationOptions{.rotation = 10},
        AugmentationOptions{.scale = 0.2}, AugmentationOptions{.shear = 0.2},
        AugmentationOptions{.elastic = 4}, AugmentationOptions{.thickness = 0.8},
        AugmentationOptions{.blur = 1}, AugmentationOptions{.contrast = 0.5},
        AugmentationOptions{.erasing = 1}}) {
    CHECK(options.any());
    const torch::Tensor ink = varied(options);
    CHECK_FALSE(ink.allclose(own, 0, 1e-2));
    CHECK(ink.min().item<float>() >= 0.0F);
    CHECK(ink.max().item<float>() <= 1.0F);
  }
}

TEST_CASE("a shift moves the ink by no more than it says, and changes nothing else", "[data]") {
  const torch::Tensor own = to_ink(images());
  const torch::Tensor ink = varied({.shift = 2});
  for (const int dimension : {2, 3}) {
    const torch::Tensor moved = (centre(ink, dimension) - centre(own, dimension)).abs();
    CHECK(moved.max().item<float>() <= 2.01F);
    CHECK(moved.max().item<float>() > 1.0F);
  }
  // Ink is moved, not created, except by rounding to bytes; a few wide digits lose some over the
  // edge.
  CHECK((ink.sum({1, 2, 3}) <= own.sum({1, 2, 3}) * 1.005).all().item<bool>());
  CHECK(ink.sum().item<float>() == Approx(own.sum().item<float>()).epsilon(0.01));
}

TEST_CASE("thickness both adds ink and takes it away", "[data]") {
  const torch::Tensor own = to_ink(images()).sum({1, 2, 3});
  const torch::Tensor change = varied({.thickness = 1}).sum({1, 2, 3}) / own;
  CHECK(change.max().item<float>() > 1.2F);
  CHECK(change.min().item<float>() < 0.8F);
}

TEST_CASE("variations depend on seed, epoch and row, not on batch or threads", "[data]") {
  const AugmentationOptions options{
      .shift = 2, .rotation = 10, .elastic = 3, .thickness = 0.5, .blur = 0.5, .erasing = 0.3};
  const torch::Tensor all = varied(options);
  CHECK(all.equal(varied(options)));
  CHECK_FALSE(all.equal(varied(options, 2)));
  CHECK_FALSE(all.equal(varied(options, 1, 1)));
  const torch::Tensor rows = torch::tensor({7, 3}, torch::kInt64);
  const torch::Tensor two = to_ink(augmented_images(images(), rows, options, 1, 0));
  CHECK(two.equal(all.index_select(0, rows)));
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  CHECK(all.equal(varied(options)));
  at::set_num_threads(threads);
}

}  // namespace mnist
