#include "mnist/data/oddities.h"

#include <map>
#include <string>

#include "mnist/base/error.h"
#include "mnist/data/image_form.h"

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
    return other;
  };
  CHECK(oddity_of(turned(digits.images.transpose(2, 3))) ==
        "the images look transposed, as in EMNIST: set orientation to transposed");
  const std::map<std::string, torch::Tensor> others = {
      {"mirrored", digits.images.flip({3})},
      {"flipped", digits.images.flip({2})},
      {"upside-down", digits.images.rot90(2, {2, 3})},
      {"turned-left", digits.images.rot90(1, {2, 3})},
      {"turned-right", digits.images.rot90(-1, {2, 3})},
  };
  for (const auto& [orientation, images] : others) {
    CAPTURE(orientation);
    const DigitSet odd = turned(images);
    CHECK(oddity_of(odd) ==
          "the images look " + orientation + ": set orientation to " + orientation);
    CHECK(normalized(odd, {.orientation = orientation}).images.equal(digits.images));
  }
}

TEST_CASE("images in another form than MNIST's are brought into it", "[data]") {
  const DigitSet digits = drawn();
  for (const std::string_view name : orientation_names()) {
    // Each is its own inverse, except the turns by 90 degrees, which are each other's.
    const std::string_view back = name == "turned-left"    ? "turned-right"
                                  : name == "turned-right" ? "turned-left"
                                                           : name;
    CHECK(set_upright(set_upright(digits.images, name), back).equal(digits.images));
  }
  DigitSet dark = digits;
  dark.images = 255 - digits.images;
  CHECK(normalized(dark, {.inverted = true}).images.equal(digits.images));
  CHECK_THROWS_AS(set_upright(digits.images, "askew"), Error);
}

TEST_CASE("advice fits what was done to the images, and labels may be what is wrong", "[data]") {
  DigitSet dark = drawn();
  dark.images = 255 - dark.images;
  CHECK(oddity_of(dark) == "dark digits on white, not white on black: set invert");
  const auto told = [](const DigitSet& digits, const ImageForm& form) {
    const auto oddities = oddities_of(normalized(digits, form), form);
    REQUIRE(oddities.size() == 1);
    return oddities.front();
  };
  CHECK(told(drawn(), {.inverted = true}) ==
        "dark digits on white, not white on black: leave out invert");
  CHECK(told(drawn(), {.orientation = "mirrored"}) == "the images do not lie as orientation says");
  DigitSet other = drawn();
  other.labels = other.labels.roll(1);
  CHECK(oddity_of(other) == "the labels do not fit the images, however these lie");
}

TEST_CASE("empty and equal images are counted", "[data]") {
  DigitSet digits = drawn();
  digits.images.narrow(0, 0, 3).zero_();
  CHECK(oddity_of(digits) == "3 images of one level: nothing is on them");
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
