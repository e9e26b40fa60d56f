#include "mnist/draw/scenes.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/digit/normalize.h"
#include "mnist/digit/segment.h"
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

double overlap(const Box& a, const Box& b) {
  const int width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const int height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0.0;
  const double both = static_cast<double>(width) * height;
  return both /
         (static_cast<double>(a.width) * a.height + static_cast<double>(b.width) * b.height - both);
}

// The share of the boxes that segment() finds, over `pages` pages of twelve digits.
double share_found(bool touching, int pages) {
  int found = 0;
  int all = 0;
  for (int i = 0; i < pages; ++i) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(i));
    const Page page =
        photographed_page(rows_of({"31415", "926", "5358"}, engine), touching, engine);
    const auto digits = segment(page.picture);
    for (const Box& box : page.boxes) {
      ++all;
      found += std::any_of(digits.begin(), digits.end(),
                           [&](const auto& digit) { return overlap(digit.box, box) > 0.55; });
    }
  }
  return static_cast<double>(found) / all;
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
  const NormalizedDigit seen = normalize(photographed(digit, Scene::kPlain, engine));
  double shared = 0.0;
  double all = 0.0;
  for (int i = 0; i < kDigitPixels; ++i) {
    shared += std::min(digit.ink[i], seen.digit.ink[i]);
    all += std::max(digit.ink[i], seen.digit.ink[i]);
  }
  CHECK_FALSE(seen.rejection.has_value());
  CHECK(shared / all > 0.5);
}

TEST_CASE("no scene makes normalize reject many digits", "[draw]") {
  int rejected = 0;
  for (int i = 0; i < 10 * kScenes; ++i) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(i));
    const Drawing drawing = draw_digit(i % kClasses, engine);
    rejected += normalize(photographed(drawing, Scene(i % kScenes), engine)).rejection ? 1 : 0;
  }
  CHECK(rejected <= 3);
}

TEST_CASE("every digit of a page is found, and most where they touch", "[draw]") {
  CHECK(share_found(false, 20) > 0.98);
  CHECK(share_found(true, 20) > 0.80);
}

}  // namespace mnist
