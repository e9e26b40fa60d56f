#include "mnist/draw/page.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {
namespace {

DrawnPage page_of(std::uint64_t seed, PageOptions options = {}) {
  std::mt19937_64 engine(seed);
  return draw_page(options, engine);
}

bool is_digit(const PageMark& mark) { return mark.kind >= 0 && mark.kind < 10; }

}  // namespace

TEST_CASE("a page is the same for the same engine state, and has the size asked for", "[draw]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const DrawnPage page = page_of(seed, {.width = 96, .height = 160});
    CHECK(page.picture == page_of(seed, {.width = 96, .height = 160}).picture);
    CHECK(page.picture.width == 96);
    CHECK(page.picture.height == 160);
    CHECK(page.picture.pixels.size() == 96 * 160);
    CHECK(page.ink.size() == 96 * 160);
    CHECK(page.owner.size() == 96 * 160);
  }
  CHECK_THROWS_AS(page_of(1, {.width = 31}), Error);
}

TEST_CASE("a mark's box holds its ink, and nothing else is its own", "[draw]") {
  int marks = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const DrawnPage page = page_of(seed);
    for (std::size_t i = 0; i < page.owner.size(); ++i) {
      const int owner = page.owner[i];
      REQUIRE(owner < static_cast<int>(page.marks.size()));
      if (owner < 0 || page.ink[i] < 128) continue;
      const PageMark& mark = page.marks[static_cast<std::size_t>(owner)];
      const auto x = static_cast<float>(i % 128);
      const auto y = static_cast<float>(i / 128);
      CHECK(x >= mark.x);
      CHECK(x < mark.x + mark.width);
      CHECK(y >= mark.y);
      CHECK(y < mark.y + mark.height);
    }
    marks += static_cast<int>(page.marks.size());
  }
  CHECK(marks > 100);
}

TEST_CASE("every kind of mark stands on some page, and some pages hold none", "[draw]") {
  std::array<int, kMarkKinds> seen{};
  int unreadable = 0;
  int empty = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const DrawnPage page = page_of(seed);
    empty += page.marks.empty() ? 1 : 0;
    for (const PageMark& mark : page.marks) {
      if (mark.kind == kUnreadableMark) {
        ++unreadable;
      } else {
        ++seen.at(static_cast<std::size_t>(mark.kind));
      }
    }
  }
  for (const int count : seen) CHECK(count > 0);
  CHECK(unreadable > 0);
  CHECK(empty > 20);
}

TEST_CASE("the text is that of the digits, row by row", "[draw]") {
  const PageOptions options = {.width = 320,
                               .height = 240,
                               .least_digit = 24,
                               .huge = 0,
                               .tiny = 0,
                               .small_picture = 0,
                               .empty = 0,
                               .rows_only = true};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const DrawnPage page = page_of(seed, options);
    const auto digits = std::count_if(page.marks.begin(), page.marks.end(), [](const auto& mark) {
      return is_digit(mark) || mark.kind == kUnreadableMark;
    });
    const auto dashes = std::count(page.text.begin(), page.text.end(), '-');
    CHECK(static_cast<long>(page.text.size()) == digits + dashes);
    for (std::size_t i = 1; i < page.marks.size(); ++i) {
      CHECK(page.marks[i].row >= page.marks[i - 1].row);
    }
  }
}

TEST_CASE("images of digits are used for some pages, if there are any", "[draw]") {
  std::vector<std::uint8_t> pixels(2 * 784, 0);
  for (int y = 4; y < 24; ++y) {
    for (int x = 10; x < 18; ++x) pixels[static_cast<std::size_t>(y) * 28 + x] = 255;
  }
  pixels[784 + 14 * 28 + 14] = 255;
  const std::vector<std::int64_t> labels = {8, 3};
  int different = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    PageOptions options;
    options.images = {pixels, labels};
    different += page_of(seed, options).picture != page_of(seed).picture ? 1 : 0;
  }
  CHECK(different > 3);
}

}  // namespace mnist
