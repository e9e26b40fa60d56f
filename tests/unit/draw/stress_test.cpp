#include "mnist/draw/stress.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <set>
#include <string>

#include "mnist/base/error.h"
#include "mnist/draw/digits.h"

#include "support/catch.h"

namespace mnist {
namespace {

std::array<std::uint8_t, kDigitPixels> any_digit() {
  std::mt19937_64 engine(7);
  const Digit digit = render_digit(draw_digit(3, engine));
  std::array<std::uint8_t, kDigitPixels> bytes{};
  std::transform(digit.ink.begin(), digit.ink.end(), bytes.begin(),
                 [](float ink) { return static_cast<std::uint8_t>(255 * ink + 0.5F); });
  return bytes;
}

}  // namespace

TEST_CASE("every kind of stress changes the image, the same for the same engine", "[draw]") {
  const auto ink = any_digit();
  std::set<std::string> names;
  for (int i = 0; i < kStresses; ++i) {
    const auto kind = static_cast<Stress>(i);
    INFO(to_string(kind));
    names.emplace(to_string(kind));
    std::mt19937_64 engine(1);
    std::mt19937_64 again(1);
    const Image image = stressed(kind, ink, engine);
    CHECK(image == stressed(kind, ink, again));
    CHECK(image.width == kDigitSide);
    CHECK(image.height == kDigitSide);
    REQUIRE(image.pixels.size() == ink.size());
    int changed = 0;
    for (std::size_t p = 0; p < ink.size(); ++p) {
      changed += std::abs(image.pixels[p] - ink[p]) > 20 ? 1 : 0;
    }
    CHECK(changed > 15);
  }
  CHECK(names.size() == kStresses);
  std::mt19937_64 engine(1);
  CHECK_THROWS_AS(stressed(static_cast<Stress>(kStresses), ink, engine), Error);
}

}  // namespace mnist
