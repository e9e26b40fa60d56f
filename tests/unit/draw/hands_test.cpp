#include "mnist/draw/hands.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/draw/digit_styles.h"

#include "support/catch.h"

namespace mnist {
namespace {

std::string_view style_of(const Writer& writer, int digit) {
  return style_names(digit)[writer.styles[static_cast<std::size_t>(digit)]];
}

bool begins(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

// "bar", "short-flag" or "long-flag".
std::string form_of_one(std::string_view style) {
  for (const char* form : {"bar", "short-flag", "long-flag"}) {
    if (begins(style, form)) return form;
  }
  FAIL("a 1 of no form: " << style);
  return "";
}

std::string form_of_seven(std::string_view style) {
  for (const char* form : {"plain", "crossed"}) {
    if (begins(style, form)) return form;
  }
  return "ornate";
}

// Mean distance between the points of two drawings of one style.
double distance(const Drawing& a, const Drawing& b) {
  REQUIRE(a.strokes.size() == b.strokes.size());
  double sum = 0.0;
  int count = 0;
  for (std::size_t i = 0; i < a.strokes.size(); ++i) {
    for (std::size_t k = 0; k < std::min(a.strokes[i].size(), b.strokes[i].size()); ++k, ++count) {
      const Point p = a.strokes[i][k];
      const Point q = b.strokes[i][k];
      sum += std::hypot(p.x - q.x, p.y - q.y);
    }
  }
  return sum / count;
}

// The flag of a 1, from where the pen begins to the top, against the stem, from there on.
struct Flag {
  double length;  // in stems
  double rise;    // over run
};

Flag flag_of(const Drawing& one) {
  const Stroke& stroke = one.strokes.front();
  const Point top =
      *std::min_element(stroke.begin(), stroke.end(), [](Point a, Point b) { return a.y < b.y; });
  const Point start = stroke.front();
  const Point foot = stroke.back();
  return {std::hypot(top.x - start.x, top.y - start.y) / std::hypot(top.x - foot.x, top.y - foot.y),
          (start.y - top.y) / (top.x - start.x)};
}

}  // namespace

TEST_CASE("the same generator state gives the same writer and the same digits", "[draw]") {
  std::mt19937_64 a(3);
  std::mt19937_64 b(3);
  const Writer writer = draw_writer(a);
  const Writer twin = draw_writer(b);
  CHECK(writer.styles == twin.styles);
  CHECK(writer.habit == twin.habit);
  CHECK(draw_digit(4, writer, a).strokes == draw_digit(4, twin, b).strokes);
}

TEST_CASE("the extremes of a style have the same strokes, knot by knot", "[draw]") {
  for (int digit = 0; digit < kClasses; ++digit) {
    for (std::size_t i = 0; i < style_names(digit).size(); ++i) {
      INFO(digit << " " << style_names(digit)[i]);
      const auto& extremes = pen::digit_style(digit, i).extremes;
      CHECK(extremes.size() >= 2);
      for (const auto& extreme : extremes) {
        REQUIRE(extreme.size() == extremes.front().size());
        for (std::size_t k = 0; k < extreme.size(); ++k) {
          CHECK(extreme[k].size() == extremes.front()[k].size());
        }
      }
    }
  }
}

TEST_CASE("every style can be drawn by its name, fills the unit square, never twice alike",
          "[draw]") {
  constexpr int kSamples = 20;
  std::mt19937_64 engine(1);
  for (int digit = 0; digit < kClasses; ++digit) {
    CHECK(style_names(digit).size() >= 8);
    for (const std::string_view style : style_names(digit)) {
      INFO(digit << " " << style);
      std::set<std::array<float, kDigitPixels>> seen;
      for (int i = 0; i < kSamples; ++i) {
        const Drawing drawing = draw_digit(digit, style, engine);
        double longest = 0.0;
        for (const Stroke& stroke : drawing.strokes) {
          for (const Point p : stroke) {
            CHECK(std::abs(p.x - 0.5) <= 0.5 + 1e-9);
            CHECK(std::abs(p.y - 0.5) <= 0.5 + 1e-9);
            longest = std::max({longest, std::abs(p.x - 0.5), std::abs(p.y - 0.5)});
          }
        }
        CHECK(longest == Approx(0.5));
        CHECK(drawing.thickness > 0.05);
        seen.insert(render_digit(drawing).ink);
      }
      CHECK(seen.size() == kSamples);
    }
  }
}

TEST_CASE("a name stands for one style of a digit", "[draw]") {
  for (int digit = 0; digit < kClasses; ++digit) {
    const auto names = style_names(digit);
    CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      CHECK(style_index(digit, names[i]) == static_cast<int>(i));
    }
  }
  CHECK(style_index(1, "crossed") == -1);
}

TEST_CASE("every style is somebody's", "[draw]") {
  std::array<std::set<int>, kClasses> seen;
  std::mt19937_64 engine(2);
  for (int i = 0; i < 4000; ++i) {
    const Writer writer = draw_writer(engine);
    for (std::size_t digit = 0; digit < seen.size(); ++digit) {
      seen[digit].insert(writer.styles[digit]);
    }
  }
  for (int digit = 0; digit < kClasses; ++digit) {
    CHECK(seen[static_cast<std::size_t>(digit)].size() == style_names(digit).size());
  }
}

TEST_CASE("of the 1s, 40 % are bars, 25 % have a short flag; of the 7s, 30 % are crossed",
          "[draw]") {
  constexpr int kWriters = 10000;
  std::map<std::string, int> ones;
  std::map<std::string, int> sevens;
  std::mt19937_64 engine(4);
  for (int i = 0; i < kWriters; ++i) {
    const Writer writer = draw_writer(engine);
    ++ones[form_of_one(style_of(writer, 1))];
    ++sevens[form_of_seven(style_of(writer, 7))];
  }
  const auto share = [](int count) { return static_cast<double>(count) / kWriters; };
  CHECK(share(ones["bar"]) == Approx(0.40).margin(0.03));
  CHECK(share(ones["short-flag"]) == Approx(0.25).margin(0.03));
  CHECK(share(ones["long-flag"]) == Approx(0.35).margin(0.03));
  CHECK(share(sevens["plain"]) == Approx(0.40).margin(0.03));
  CHECK(share(sevens["crossed"]) == Approx(0.30).margin(0.03));
  CHECK(share(sevens["ornate"]) == Approx(0.30).margin(0.03));
}

TEST_CASE("who writes a 1 with a long flag seldom writes a plain 7", "[draw]") {
  std::map<std::string, std::map<std::string, int>> pairs;
  std::mt19937_64 engine(5);
  for (int i = 0; i < 5000; ++i) {
    const Writer writer = draw_writer(engine);
    ++pairs[form_of_one(style_of(writer, 1))][form_of_seven(style_of(writer, 7))];
  }
  const auto plain = [&](const char* one) {
    std::map<std::string, int>& sevens = pairs[one];
    return static_cast<double>(sevens["plain"]) /
           (sevens["plain"] + sevens["crossed"] + sevens["ornate"]);
  };
  CHECK(plain("long-flag") < 0.25);
  CHECK(plain("bar") > 0.5);
}

TEST_CASE("regions differ: the French 7 is crossed, the American one plain", "[draw]") {
  const auto crossed = [](Region region) {
    std::mt19937_64 engine(6);
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      count += begins(style_of(draw_writer(region, engine), 7), "crossed") ? 1 : 0;
    }
    return count / 1000.0;
  };
  CHECK(crossed(Region::kFrance) > 0.5);
  CHECK(crossed(Region::kNorthAmerica) < 0.15);
}

TEST_CASE("the flags of 1s rise, short ones to a third of the stem, long ones further", "[draw]") {
  std::mt19937_64 engine(7);
  for (const std::string_view style : style_names(1)) {
    if (begins(style, "bar")) continue;
    INFO(style);
    double mean = 0.0;
    int flat = 0;
    for (int i = 0; i < 200; ++i) {
      const Flag flag = flag_of(draw_digit(1, style, engine));
      mean += flag.length / 200;
      CHECK(flag.length < 2.0);
      if (flag.rise > 0.0 && flag.rise < 0.4) ++flat;
    }
    CHECK((begins(style, "long-flag") ? mean > 0.5 : mean < 0.4));
    // A 7's bar: hardly a long flag.
    if (begins(style, "long-flag")) CHECK(flat <= 4);
  }
}

TEST_CASE("the bar of a plain 7 is nearly level", "[draw]") {
  std::mt19937_64 engine(8);
  for (const std::string_view style : style_names(7)) {
    if (!begins(style, "plain")) continue;
    INFO(style);
    int steep = 0;
    for (int i = 0; i < 200; ++i) {
      const Stroke stroke = draw_digit(7, style, engine).strokes.front();
      const Point end = *std::max_element(stroke.begin(), stroke.end(),
                                          [](Point a, Point b) { return a.x - a.y < b.x - b.y; });
      const double rise = (stroke.front().y - end.y) / (end.x - stroke.front().x);
      if (std::abs(rise) > 0.6) ++steep;
    }
    CHECK(steep <= 10);
  }
}

TEST_CASE("digits of one writer are more alike than those of two", "[draw]") {
  std::mt19937_64 engine(9);
  double same = 0.0;
  double other = 0.0;
  for (int i = 0; i < 100; ++i) {
    const int digit = i % kClasses;
    const Writer writer = draw_writer(engine);
    Writer stranger = draw_writer(engine);
    stranger.styles = writer.styles;
    const Drawing first = draw_digit(digit, writer, engine);
    same += distance(first, draw_digit(digit, writer, engine));
    other += distance(first, draw_digit(digit, stranger, engine));
  }
  CHECK(same < 0.5 * other);
  CHECK(same > 0.0);
}

TEST_CASE("what nobody writes is refused", "[draw]") {
  std::mt19937_64 engine(10);
  Writer writer = draw_writer(engine);
  CHECK_THROWS_AS(draw_digit(10, writer, engine), Error);
  CHECK_THROWS_AS(draw_digit(-1, "bar", engine), Error);
  CHECK_THROWS_AS(draw_digit(7, "bar", engine), Error);
  CHECK_THROWS_AS(style_names(10), Error);
  CHECK_THROWS_AS(draw_writer(Region(kRegions), engine), Error);
  writer.styles.fill(200);
  CHECK_THROWS_AS(draw_digit(3, writer, engine), Error);
}

}  // namespace mnist
