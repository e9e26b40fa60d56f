#include "mnist/draw/scenes.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/draw/hands.h"

#include "support/catch.h"

namespace mnist {
namespace {

std::vector<std::vector<Drawing>> rows_of(const std::vector<std::string>& texts,
                                          std::mt19937_64& engine) {
  const Writer writer = draw_writer(engine);
  std::vector<std::vector<Drawing>> rows;
  for (const std::string& text : texts) {
    rows.emplace_back();
    for (const char c : text) rows.back().push_back(draw_digit(c - '0', writer, engine));
  }
  return rows;
}

}  // namespace

TEST_CASE("a scene is the same picture for the same engine state", "[draw]") {
  std::set<std::string> names;
  for (int i = 0; i < kScenes; ++i) {
    names.insert(to_string(Scene(i)));
    const auto picture = [&](std::uint64_t seed) {
      std::mt19937_64 engine(seed);
      return photographed(draw_digit(3, engine), Scene(i), engine);
    };
    const Image one = picture(1);
    CHECK(one == picture(1));
    CHECK(one != picture(2));
    CHECK(one.format == PixelFormat::kRgba);
    for (std::size_t alpha = 3; alpha < one.pixels.size(); alpha += 4) {
      REQUIRE(one.pixels[alpha] == 255);
    }
  }
  CHECK(names.size() == kScenes);
  std::mt19937_64 engine(1);
  CHECK_THROWS_AS(photographed(Drawing{}, Scene(kScenes), engine), Error);
}

TEST_CASE("a digit in MNIST's form can be photographed too", "[draw]") {
  std::mt19937_64 engine(4);
  const Digit digit = render_digit(draw_digit(5, engine));
  const Image picture = photographed(digit, Scene::kPlain, engine);
  const auto [darkest, lightest] =
      std::minmax_element(picture.pixels.begin(), picture.pixels.end());
  CHECK(*darkest < 100);
  CHECK(*lightest > 200);
}

TEST_CASE("a photographed page has a box for each digit, within the picture", "[draw]") {
  std::mt19937_64 engine(3);
  const PhotographedPage page =
      photographed_page(rows_of({"31415", "926", "5358"}, engine), true, engine);
  REQUIRE(page.boxes.size() == 12);
  for (const Box& box : page.boxes) {
    CHECK(box.width > 0);
    CHECK(box.x + box.width <= page.picture.width);
    CHECK(box.height > 0);
    CHECK(box.y + box.height <= page.picture.height);
  }
}

}  // namespace mnist
