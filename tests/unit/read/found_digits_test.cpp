#include "mnist/read/found_digits.h"

#include "support/torch_catch.h"

namespace mnist {

TEST_CASE("what is found on drawn pages is labelled by whose ink it is", "[read]") {
  const Finder finder = load_finder(MNIST_SOURCE_DIR "/models/page.safetensors");
  const DigitSet digits = generate_digit_set(100, 1);
  constexpr std::int64_t kCount = 120;
  const DigitSet found = found_digits(digits, kCount, 1, finder);
  REQUIRE(found.size() == kCount);
  CHECK(found.images.sizes() == torch::IntArrayRef{kCount, 1, kDigitSide, kDigitSide});
  CHECK(found.labels.min().item<std::int64_t>() >= 0);
  CHECK(found.labels.max().item<std::int64_t>() <= kOutlierLabel);
  CHECK(found.images.to(torch::kFloat32).amax({1, 2, 3}).min().item<float>() > 127);
  const DigitSet again = found_digits(digits, kCount, 1, finder);
  CHECK(torch::equal(found.images, again.images));
  CHECK(torch::equal(found.labels, again.labels));
  CHECK_FALSE(torch::equal(found.images, found_digits(digits, kCount, 2, finder).images));
}

}  // namespace mnist
