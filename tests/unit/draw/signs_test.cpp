#include "mnist/draw/signs.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "mnist/base/error.h"
#include "mnist/draw/glyphs.h"

#include "support/catch.h"

namespace mnist {
namespace {

constexpr int kSamples = 200;

pen::Bounds bounds(const Drawing& drawing) { return pen::bounds_of(drawing.strokes); }

}  // namespace

TEST_CASE("the same generator state gives the same signs", "[draw]") {
  std::mt19937_64 a(3);
  std::mt19937_64 b(3);
  const Writer writer = draw_writer(a);
  const Writer twin = draw_writer(b);
  CHECK(draw_separator(Separator::kComma, writer, a).strokes ==
        draw_separator(Separator::kComma, twin, b).strokes);
  CHECK(draw_look_alike(a).drawing.strokes == draw_look_alike(b).drawing.strokes);
}

TEST_CASE("separators stand where they are written beside a digit of height 1", "[draw]") {
  std::mt19937_64 engine(1);
  for (int i = 0; i < kSamples; ++i) {
    const Writer writer = draw_writer(engine);
    for (int k = 0; k < kSeparators; ++k) {
      const Drawing drawing = draw_separator(Separator(k), writer, engine);
      INFO(to_char(Separator(k)));
      CHECK(bounds(drawing).left == Approx(0.0).margin(1e-9));
      CHECK(bounds(drawing).right < 1.2);
      CHECK(drawing.thickness == writer.thickness);
    }
    const pen::Bounds comma = bounds(draw_separator(Separator::kComma, writer, engine));
    CHECK(comma.top > 0.7);
    CHECK(comma.bottom > 1.02);
    const pen::Bounds point = bounds(draw_separator(Separator::kPoint, writer, engine));
    CHECK(point.top > 0.7);
    CHECK(point.bottom < 1.15);
    const pen::Bounds slash = bounds(draw_separator(Separator::kSlash, writer, engine));
    CHECK(slash.bottom - slash.top > 0.85);
    const pen::Bounds hyphen = bounds(draw_separator(Separator::kHyphen, writer, engine));
    CHECK(hyphen.top > 0.3);
    CHECK(hyphen.bottom < 0.75);
    CHECK(hyphen.right > hyphen.bottom - hyphen.top);
  }
}

TEST_CASE("one writer's commas are more alike than those of two", "[draw]") {
  std::mt19937_64 engine(2);
  double same = 0.0;
  double other = 0.0;
  for (int i = 0; i < kSamples; ++i) {
    const Writer writer = draw_writer(engine);
    const auto height = [&](const Writer& by) {
      return bounds(draw_separator(Separator::kComma, by, engine)).bottom;
    };
    const double first = height(writer);
    same += std::abs(first - height(writer));
    other += std::abs(first - height(draw_writer(engine)));
  }
  CHECK(same < 0.6 * other);
}

TEST_CASE("look-alikes fill the unit square and name the digits that they are like", "[draw]") {
  std::mt19937_64 engine(4);
  std::set<int> digits;
  for (int i = 0; i < 10 * kSamples; ++i) {
    const LookAlike look_alike = draw_look_alike(engine);
    INFO(look_alike.sign);
    const pen::Bounds box = bounds(look_alike.drawing);
    CHECK(box.longer_side() == Approx(1.0));
    CHECK(box.centre().x == Approx(0.5));
    CHECK(box.centre().y == Approx(0.5));
    REQUIRE_FALSE(look_alike.digits.empty());
    for (const int digit : look_alike.digits) {
      CHECK(digit >= 0);
      CHECK(digit <= 9);
    }
    digits.insert(look_alike.digits.front());
  }
  CHECK(digits.size() == kClasses);
}

TEST_CASE("every sign has strokes of two knots or more, or dots, within its height", "[draw]") {
  for (const pen::Glyph* glyph : {&pen::latin_letters(), &pen::other_letters(), &pen::symbols(),
                                  &pen::pictograms(), &pen::look_alikes()}) {
    CHECK(glyph->size() > 50);
    for (const pen::Style& style : *glyph) {
      for (const auto& extreme : style.extremes) {
        for (const pen::Path& path : extreme) {
          REQUIRE_FALSE(path.empty());
          for (const pen::Knot& knot : path) {
            CHECK(std::abs(knot.x - 50) <= 60);
            CHECK(std::abs(knot.y - 50) <= 60);
          }
        }
      }
    }
  }
}

TEST_CASE("an unknown separator is refused", "[draw]") {
  std::mt19937_64 engine(5);
  CHECK_THROWS_AS(draw_separator(Separator(kSeparators), draw_writer(engine), engine), Error);
  CHECK_THROWS_AS(to_char(Separator(kSeparators)), Error);
}

}  // namespace mnist
