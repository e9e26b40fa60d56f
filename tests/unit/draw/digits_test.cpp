#include "mnist/draw/digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/bytes/sha256.h"

#include "support/catch.h"

namespace mnist {
namespace {

constexpr int kSamples = 40;

std::vector<NonDigit> all_non_digits() {
  std::vector<NonDigit> kinds(kNonDigits);
  for (int i = 0; i < kNonDigits; ++i) kinds[static_cast<std::size_t>(i)] = NonDigit(i);
  return kinds;
}

struct InkBox {
  int left = kDigitSide;
  int top = kDigitSide;
  int right = -1;  // inclusive
  int bottom = -1;
};

InkBox ink_box(const Digit& digit) {
  InkBox box;
  for (int row = 0; row < kDigitSide; ++row) {
    for (int column = 0; column < kDigitSide; ++column) {
      if (digit.at(row, column) == 0.0F) continue;
      box.left = std::min(box.left, column);
      box.top = std::min(box.top, row);
      box.right = std::max(box.right, column);
      box.bottom = std::max(box.bottom, row);
    }
  }
  return box;
}

Point centre_of_mass(const Digit& digit) {
  double mass = 0.0;
  Point moment;
  for (int row = 0; row < kDigitSide; ++row) {
    for (int column = 0; column < kDigitSide; ++column) {
      mass += digit.at(row, column);
      moment.x += digit.at(row, column) * column;
      moment.y += digit.at(row, column) * row;
    }
  }
  return {moment.x / mass, moment.y / mass};
}

Drawing vertical_line() { return {{{{0.5, 0.0}, {0.5, 1.0}}}, 0.1}; }

}  // namespace

TEST_CASE("generated digits are the same bytes on every machine", "[draw]") {
  const GeneratedSet set = generate_digits(100, 1);
  CHECK(sha256_hex(set.images.pixels) ==
        "b82aac3596f49849a54e4ae123691c5da952f89c6a3b658b2fe99aca9c1e19f9");
  CHECK(sha256_hex(set.labels.labels) ==
        "2f95271bd4ece48ff5b7b915aa999ecb75346c3da26aef1f9ca310aae299b838");
}

TEST_CASE("generated non-digits and pictures are the same bytes on every machine", "[draw]") {
  std::mt19937_64 engine(1);
  std::vector<std::uint8_t> bytes;
  for (const NonDigit kind : all_non_digits()) {
    for (int i = 0; i < 10; ++i) {
      const Image picture = render_picture(draw_non_digit(kind, engine), {.noise = 5.0});
      bytes.insert(bytes.end(), picture.pixels.begin(), picture.pixels.end());
    }
  }
  CHECK(sha256_hex(bytes) == "ce70c2832689e1dec22a33c4dc06381ab344cd248306d96d6032a4881ff04769");
}

TEST_CASE("a generated set has the layout of the MNIST files", "[draw]") {
  const GeneratedSet set = generate_digits(25, 3);
  CHECK(set.images.count == 25);
  CHECK(set.images.rows == 28);
  CHECK(set.images.columns == 28);
  CHECK(set.images.pixels.size() == 25 * 784);
  CHECK(set.labels.labels.size() == 25);
  CHECK(generate_digits(0, 3).images.pixels.empty());
}

TEST_CASE("every ten generated digits hold every class once, in changing order", "[draw]") {
  const std::vector<std::uint8_t> labels = generate_digits(100, 5).labels.labels;
  std::set<std::string> orders;
  for (auto ten = labels.begin(); ten != labels.end(); ten += 10) {
    CHECK(std::set<std::uint8_t>(ten, ten + 10).size() == 10);
    orders.emplace(ten, ten + 10);
  }
  CHECK(orders.size() > 5);
}

TEST_CASE("a smaller generated set is the beginning of a larger one", "[draw]") {
  const GeneratedSet small = generate_digits(13, 9);
  const GeneratedSet large = generate_digits(40, 9);
  CHECK(std::equal(small.images.pixels.begin(), small.images.pixels.end(),
                   large.images.pixels.begin()));
  CHECK(std::equal(small.labels.labels.begin(), small.labels.labels.end(),
                   large.labels.labels.begin()));
}

TEST_CASE("another seed gives other digits", "[draw]") {
  CHECK(generate_digits(10, 1).images.pixels != generate_digits(10, 2).images.pixels);
}

TEST_CASE("no two samples of a digit are alike", "[draw]") {
  std::mt19937_64 engine(1);
  for (int label = 0; label < kClasses; ++label) {
    std::set<std::array<float, kDigitPixels>> seen;
    for (int i = 0; i < kSamples; ++i) seen.insert(render_digit(draw_digit(label, engine)).ink);
    CHECK(seen.size() == kSamples);
  }
}

TEST_CASE("a drawn digit fills the unit square", "[draw]") {
  std::mt19937_64 engine(2);
  for (int i = 0; i < 10 * kSamples; ++i) {
    double left = 1.0, top = 1.0, right = 0.0, bottom = 0.0;
    for (const Stroke& stroke : draw_digit(i % kClasses, engine).strokes) {
      for (const Point p : stroke) {
        left = std::min(left, p.x);
        top = std::min(top, p.y);
        right = std::max(right, p.x);
        bottom = std::max(bottom, p.y);
      }
    }
    CHECK(std::max(right - left, bottom - top) == Approx(1.0));
    CHECK(left + right == Approx(1.0));
    CHECK(top + bottom == Approx(1.0));
  }
}

TEST_CASE("a rendered digit has MNIST's form: 20 pixels long, its mass at pixel 14", "[draw]") {
  std::mt19937_64 engine(4);
  for (int i = 0; i < 10 * kSamples; ++i) {
    const Digit digit = render_digit(draw_digit(i % kClasses, engine));
    const Point centre = centre_of_mass(digit);
    CHECK(centre.x == Approx(14.0).margin(0.3));
    CHECK(centre.y == Approx(14.0).margin(0.3));
    const InkBox box = ink_box(digit);
    const int longer = std::max(box.right - box.left, box.bottom - box.top) + 1;
    CHECK(longer >= 19);
    CHECK(longer <= 21);  // 20, begun within a pixel
    const auto [least, most] = std::minmax_element(digit.ink.begin(), digit.ink.end());
    CHECK(*least == 0.0F);
    CHECK(*most > 0.75F);
    CHECK(*most <= 1.0F);
  }
}

TEST_CASE("generated digits carry as much ink as MNIST's", "[draw]") {
  const std::vector<std::uint8_t> pixels = generate_digits(500, 6).images.pixels;
  double sum = 0.0;
  for (const std::uint8_t pixel : pixels) sum += pixel;
  CHECK(sum / 255.0 / static_cast<double>(pixels.size()) == Approx(0.1307).margin(0.02));
}

TEST_CASE("a rendered digit does not depend on where and how large it was drawn", "[draw]") {
  std::mt19937_64 engine(7);
  const Drawing drawing = draw_digit(5, engine);
  const Digit near = render_digit(drawing);
  const Digit far = render_digit(place(drawing, {-3.0, 12.0}, 40.0));
  for (int i = 0; i < kDigitPixels; ++i) {
    CHECK(near.ink[i] == Approx(far.ink[i]).margin(1.01 / 255));
  }
}

TEST_CASE("a drawing without strokes gives a blank digit and an empty sheet", "[draw]") {
  CHECK(render_digit({}) == Digit{});
  const Image sheet = render_picture({}, {.width = 3, .height = 2, .paper = 200});
  CHECK(sheet.pixels == std::vector<std::uint8_t>(6, 200));
}

TEST_CASE("only the ten digits can be drawn", "[draw]") {
  std::mt19937_64 engine(1);
  CHECK_THROWS_AS(draw_digit(-1, engine), Error);
  CHECK_THROWS_AS(draw_digit(10, engine), Error);
}

TEST_CASE("a picture shows the pen's line where it was put, as wide as the pen", "[draw]") {
  const PictureOptions options = {.width = 120, .height = 80, .left = 20, .top = 10, .unit = 60};
  const Image picture = render_picture(vertical_line(), options);
  REQUIRE(picture.width == 120);
  REQUIRE(picture.height == 80);
  REQUIRE(picture.format == PixelFormat::kGrey);
  const auto at = [&](std::size_t x, std::size_t y) { return picture.pixels[y * 120 + x]; };
  for (std::size_t x = 47; x < 53; ++x) CHECK(at(x, 40) == 0);  // 6 pixels about x = 50
  CHECK(at(46, 40) == 255);
  CHECK(at(53, 40) == 255);
  CHECK(at(50, 8) < 128);  // the round cap reaches 3 pixels beyond y = 10
  CHECK(at(50, 5) == 255);
}

TEST_CASE("what lies outside the picture is cut off", "[draw]") {
  const Image picture = render_picture(
      vertical_line(), {.width = 9, .height = 9, .left = -400, .top = -4, .unit = 9});
  CHECK(picture.pixels == std::vector<std::uint8_t>(81, 255));
}

TEST_CASE("a picture can be chalk on a board, lie in shadow, and carry noise", "[draw]") {
  PictureOptions options = {.width = 50, .height = 50, .left = 10, .top = 10, .unit = 30};
  options.paper = 20;
  options.ink = 240;
  const Image chalk = render_picture(vertical_line(), options);
  CHECK(chalk.pixels.front() == 20);
  CHECK(*std::max_element(chalk.pixels.begin(), chalk.pixels.end()) == 240);

  options = {.width = 50, .height = 50, .shadow = 0.5};
  const Image shaded = render_picture({}, options);
  CHECK(shaded.pixels.front() > 250);
  CHECK(shaded.pixels.back() < 135);

  options = {.width = 50, .height = 50, .paper = 128, .noise = 10.0, .noise_seed = 1};
  const Image noisy = render_picture({}, options);
  double squares = 0.0;
  for (const std::uint8_t grey : noisy.pixels) squares += (grey - 128.0) * (grey - 128.0);
  CHECK(std::sqrt(squares / 2500) == Approx(10.0).epsilon(0.1));
  CHECK(noisy == render_picture({}, options));
  options.noise_seed = 2;
  CHECK(noisy != render_picture({}, options));
}

TEST_CASE("a picture of no size is refused", "[draw]") {
  CHECK_THROWS_AS(render_picture({}, {.width = 0}), Error);
  CHECK_THROWS_AS(render_picture({}, {.height = -1}), Error);
}

TEST_CASE("placed drawings combine into one, with the pen of the first", "[draw]") {
  const Drawing moved = place(vertical_line(), {2.0, 3.0}, 10.0);
  CHECK(moved.strokes == std::vector<Stroke>{{{7.0, 3.0}, {7.0, 13.0}}});
  CHECK(moved.thickness == Approx(1.0));
  const Drawing both = combine({moved, vertical_line()});
  CHECK(both.strokes.size() == 2);
  CHECK(both.thickness == Approx(1.0));
  CHECK(combine({}).strokes.empty());
}

TEST_CASE("every kind of non-digit is drawn within the unit square, never twice alike", "[draw]") {
  std::mt19937_64 engine(8);
  for (const NonDigit kind : all_non_digits()) {
    std::set<std::array<float, kDigitPixels>> seen;
    for (int i = 0; i < kSamples; ++i) {
      const Drawing drawing = draw_non_digit(kind, engine);
      CHECK(drawing.thickness > 0.0);
      for (const Stroke& stroke : drawing.strokes) {
        REQUIRE_FALSE(stroke.empty());
        for (const Point p : stroke) {
          CHECK(std::abs(p.x - 0.5) <= 0.5 + 1e-9);
          CHECK(std::abs(p.y - 0.5) <= 0.5 + 1e-9);
        }
      }
      const Digit digit = render_digit(drawing);
      CHECK(*std::max_element(digit.ink.begin(), digit.ink.end()) > 0.5F);
      seen.insert(digit.ink);
    }
    CHECK(seen.size() == kSamples);
  }
}

TEST_CASE("an unknown kind of non-digit is refused", "[draw]") {
  std::mt19937_64 engine(11);
  CHECK_THROWS_AS(draw_non_digit(NonDigit(kNonDigits), engine), Error);
}

}  // namespace mnist
