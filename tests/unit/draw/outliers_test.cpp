#include "mnist/draw/outliers.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/draw/digits.h"

#include "support/catch.h"

namespace mnist {
namespace {

constexpr int kSamples = 60;

std::vector<OutlierKind> all_kinds() {
  std::vector<OutlierKind> kinds;
  for (int i = 0; i < kOutlierKinds; ++i) kinds.push_back(OutlierKind(i));
  return kinds;
}

struct Form {
  int width = 0;
  int height = 0;
  int left = kDigitSide;
  int top = kDigitSide;
  double mass_x = 0.0;
  double mass_y = 0.0;
  double mass = 0.0;
};

Form form_of(const Digit& digit) {
  Form form;
  int right = -1;
  int bottom = -1;
  for (int row = 0; row < kDigitSide; ++row) {
    for (int column = 0; column < kDigitSide; ++column) {
      const double ink = digit.at(row, column);
      if (ink == 0.0) continue;
      form.left = std::min(form.left, column);
      form.top = std::min(form.top, row);
      right = std::max(right, column);
      bottom = std::max(bottom, row);
      form.mass += ink;
      form.mass_x += ink * column;
      form.mass_y += ink * row;
    }
  }
  form.width = right - form.left + 1;
  form.height = bottom - form.top + 1;
  form.mass_x /= form.mass;
  form.mass_y /= form.mass;
  return form;
}

// Centred to the nearest pixel, unless the box has been stopped at the border.
bool is_centred(double mass, int begin, int size) {
  return std::abs(mass - 14.0) <= 0.51 || begin == 0 || begin + size == kDigitSide;
}

void check_form(const Digit& digit) {
  for (const float ink : digit.ink) {
    CHECK(ink >= 0.0F);
    CHECK(ink <= 1.0F);
    CHECK(std::round(255 * ink) / 255.0F == ink);
  }
  const Form form = form_of(digit);
  REQUIRE(form.mass > 0.0);
  CHECK(std::max(form.width, form.height) <= 20);
  CHECK(std::max(form.width, form.height) >= 17);
  CHECK(is_centred(form.mass_x, form.left, form.width));
  CHECK(is_centred(form.mass_y, form.top, form.height));
}

std::vector<std::uint8_t> bytes_of(const Digit& digit) {
  std::vector<std::uint8_t> bytes;
  for (const float ink : digit.ink) {
    bytes.push_back(static_cast<std::uint8_t>(std::lround(255 * ink)));
  }
  return bytes;
}

std::vector<std::uint8_t> digit_bytes(int label, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  return bytes_of(render_digit(draw_digit(label, engine)));
}

Digit ruin(int label_a, int label_b, std::uint64_t seed) {
  const std::vector<std::uint8_t> a = digit_bytes(label_a, seed);
  const std::vector<std::uint8_t> b = digit_bytes(label_b, seed + 1);
  return outlier_from_digits(DigitBytes(a), label_a, DigitBytes(b), label_b, seed);
}

}  // namespace

TEST_CASE("an outlier is a function of its kind, seed and index", "[draw]") {
  for (const OutlierKind kind : all_kinds()) {
    CHECK(generated_outlier(kind, 1, 2) == generated_outlier(kind, 1, 2));
    CHECK(generated_outlier(kind, 1, 2) != generated_outlier(kind, 1, 3));
    CHECK(generated_outlier(kind, 1, 2) != generated_outlier(kind, 2, 2));
  }
  CHECK(generated_outlier(4, 5) == generated_outlier(4, 5));
  CHECK(generated_outlier(4, 5) != generated_outlier(4, 6));
  CHECK_THROWS_AS(generated_outlier(OutlierKind(kOutlierKinds), 1, 1), Error);
}

TEST_CASE("outliers of every kind have the form that normalize gives, never twice alike",
          "[draw]") {
  for (const OutlierKind kind : all_kinds()) {
    INFO("kind " << static_cast<int>(kind));
    std::set<decltype(Digit::ink)> seen;
    for (int i = 0; i < kSamples; ++i) {
      const Digit digit = generated_outlier(kind, 3, i);
      check_form(digit);
      seen.insert(digit.ink);
    }
    CHECK(seen.size() == kSamples);
  }
}

TEST_CASE("hand-drawn outliers carry about as much ink as MNIST's digits", "[draw]") {
  double mass = 0.0;
  int count = 0;
  for (int kind = 0; kind <= static_cast<int>(OutlierKind::kPictogram); ++kind) {
    for (int i = 0; i < kSamples; ++i, ++count) {
      mass += form_of(generated_outlier(OutlierKind(kind), 5, i)).mass;
    }
  }
  CHECK(mass / count / kDigitPixels == Approx(0.1307).epsilon(0.35));
}

TEST_CASE("no outlier is an upright bar", "[draw]") {
  for (int i = 0; i < 20 * kSamples; ++i) {
    const Form form = form_of(generated_outlier(8, i));
    CHECK_FALSE((form.width <= 5 && form.height >= 19));
  }
}

TEST_CASE("outliers of no kind in particular are of all kinds", "[draw]") {
  std::set<int> seen;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const Digit digit = generated_outlier(6, i);
    for (const OutlierKind kind : all_kinds()) {
      if (digit == generated_outlier(kind, 6, i)) seen.insert(static_cast<int>(kind));
    }
  }
  CHECK(seen.size() == kOutlierKinds);
}

TEST_CASE("ruins of digits have MNIST's form, differ, and repeat with their seed", "[draw]") {
  std::set<decltype(Digit::ink)> seen;
  for (int i = 0; i < 100; ++i) {
    const int a = i % kClasses;
    const int b = i / kClasses;
    const Digit digit = ruin(a, b, static_cast<std::uint64_t>(i));
    check_form(digit);
    CHECK(digit == ruin(a, b, static_cast<std::uint64_t>(i)));
    CHECK(bytes_of(digit) != digit_bytes(a, static_cast<std::uint64_t>(i)));
    seen.insert(digit.ink);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("ruins of blank digits are outliers all the same", "[draw]") {
  const std::vector<std::uint8_t> blank(kDigitPixels, 0);
  check_form(outlier_from_digits(DigitBytes(blank), 3, DigitBytes(blank), 4, 1));
}

TEST_CASE("only digits from 0 to 9 can be ruined", "[draw]") {
  const std::vector<std::uint8_t> digit = digit_bytes(3, 1);
  CHECK_THROWS_AS(outlier_from_digits(DigitBytes(digit), 10, DigitBytes(digit), 3, 1), Error);
  CHECK_THROWS_AS(outlier_from_digits(DigitBytes(digit), 3, DigitBytes(digit), -1, 1), Error);
}

}  // namespace mnist
