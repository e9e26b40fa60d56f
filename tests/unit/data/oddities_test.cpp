#include "mnist/data/oddities.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist {
namespace {

DigitSet drawn() { return generate_digit_set(1000, 7); }

// The only oddity of the digits.
std::string oddity_of(const DigitSet& digits) {
  const auto oddities = oddities_of(digits);
  REQUIRE(oddities.size() == 1);
  return oddities.front();
}

}  // namespace

TEST_CASE("nothing is odd about drawn digits", "[data]") {
  for (const std::string& oddity : oddities_of(drawn())) UNSCOPED_INFO(oddity);
  CHECK(oddities_of(drawn()).empty());
  CHECK(oddities_of({}).empty());
}

TEST_CASE("nothing is odd about MNIST", "[data][needs-mnist]") {
  for (const Split split : {Split::kTrain, Split::kTest}) {
    const DigitSet digits = load_mnist(testing::mnist_files_or_skip(), split);
    for (const std::string& oddity : oddities_of(digits)) UNSCOPED_INFO(oddity);
    CHECK(oddities_of(digits).empty());
  }
}

TEST_CASE("a class that is missing or rare is named", "[data]") {
  const DigitSet digits = drawn();
  CHECK(oddity_of(digits.subset(digits.labels.ne(4).nonzero().squeeze(1))) == "no image of 4");
  torch::Tensor keep = digits.labels.ne(4);
  keep[digits.labels.eq(4).nonzero().squeeze(1)[0].item<std::int64_t>()] = true;
  CHECK(oddity_of(digits.subset(keep.nonzero().squeeze(1))) == "few images of 4 (1 image)");
}

TEST_CASE("other levels than MNIST's are recognised", "[data]") {
  DigitSet digits = drawn();
  digits.images = 255 - digits.images;
  CHECK(oddities_of(digits).front().starts_with("dark digits on white"));
  digits = drawn();
  digits.images = digits.images.gt(127).to(torch::kUInt8);
  CHECK(oddities_of(digits).front() == "its bytes are 0 and 1: multiply them by 255");
}

TEST_CASE("images that lie on their side or are mirrored are recognised", "[data]") {
  const DigitSet digits = drawn();
  const auto turned = [&](const torch::Tensor& images) {
    DigitSet other = digits;
    other.images = images.contiguous();
    return oddity_of(other);
  };
  CHECK(turned(digits.images.transpose(2, 3)) ==
        "the images look transposed: rows and columns are exchanged, as in EMNIST");
  CHECK(turned(digits.images.flip({3})) == "the images look mirrored, left and right");
  CHECK(turned(digits.images.flip({2})) == "the images look mirrored, top and bottom");
  CHECK(turned(digits.images.rot90(2, {2, 3})) == "the images look turned by 180 degrees");
  CHECK(turned(digits.images.rot90(1, {2, 3})) == "the images look turned to the left");
  CHECK(turned(digits.images.rot90(-1, {2, 3})) == "the images look turned to the right");
}

TEST_CASE("empty and equal images are counted", "[data]") {
  DigitSet digits = drawn();
  digits.images.narrow(0, 0, 3).zero_();
  CHECK(oddity_of(digits) == "3 images of one level: nothing is on it");
  digits = drawn();
  digits.images = torch::cat({digits.images, digits.images.narrow(0, 0, 100)});
  digits.labels = torch::cat({digits.labels, digits.labels.narrow(0, 0, 100)});
  CHECK(oddity_of(digits) == "100 images equal to an earlier one");
}

TEST_CASE("images of one set that are in another too are counted", "[data]") {
  const DigitSet digits = drawn();
  CHECK(shared_images(digits, digits.subset(torch::arange(100, 130))) == 30);
  CHECK(shared_images(digits, generate_digit_set(100, 8)) == 0);
}

}  // namespace mnist
