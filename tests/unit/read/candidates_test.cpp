#include "mnist/read/candidates.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>

#include "support/torch_catch.h"

namespace mnist::reading {
namespace {

// A mark of `kind`, `side` wide and high around (x, x).
Candidate mark(int kind, double score, std::size_t level, double x, double side = 20) {
  Candidate candidate{
      .kind = kind, .score = score, .centre = {x, x}, .size = {side, side}, .level = level};
  candidate.classes[static_cast<std::size_t>(kind)] = score;
  return candidate;
}

std::vector<Place> found(std::vector<Candidate> marks, std::size_t most = 100) {
  return places_of(std::move(marks), 0.4, most);
}

}  // namespace

TEST_CASE("marks of several scales at one place are one thing, the finest view first", "[read]") {
  const auto places =
      found({mark(7, 0.6, 1, 50), mark(7, 0.8, 2, 51), mark(7, 0.5, 3, 50), mark(3, 0.7, 2, 90)});
  REQUIRE(places.size() == 2);
  REQUIRE(places[0].views.size() == 3);
  CHECK(places[0].kind == 7);
  CHECK(places[0].finest().level == 3);
  CHECK(places[0].views.back().level == 1);
  CHECK(places[1].kind == 3);
}

TEST_CASE("what two scales see is surer than what one alone sees", "[read]") {
  const auto places = found({mark(7, 0.7, 1, 50), mark(7, 0.6, 2, 50), mark(3, 0.7, 2, 90)});
  REQUIRE(places.size() == 2);
  CHECK(places[0].kind == 7);
  CHECK(places[0].score > places[1].score);
  CHECK(places[0].score < 0.7);
}

TEST_CASE("other scales have a say in which digit it is", "[read]") {
  Candidate torn = mark(1, 0.50, 1, 50);
  torn.classes[7] = 0.45;
  const auto places = found({torn, mark(7, 0.48, 2, 50)});
  REQUIRE(places.size() == 1);
  CHECK(places[0].kind == 7);
}

TEST_CASE("a mark on a piece of a digit, or on two, is not a view of it", "[read]") {
  const auto places = found({mark(8, 0.9, 2, 50), mark(0, 0.8, 3, 55, 9), mark(0, 0.8, 1, 45, 44)});
  REQUIRE(places.size() == 1);
  CHECK(places[0].views.size() == 1);
  CHECK(places[0].finest().level == 2);
}

TEST_CASE("a faint mark is not a view of a sure one", "[read]") {
  const auto places = found({mark(8, 0.9, 2, 50), mark(8, 0.2, 3, 50)});
  REQUIRE(places.size() == 1);
  CHECK(places[0].views.size() == 1);
}

TEST_CASE("neighbours at one scale stay two", "[read]") {
  CHECK(found({mark(1, 0.9, 2, 50), mark(1, 0.8, 2, 64)}).size() == 2);
}

TEST_CASE("a sign keeps its score, and has one view", "[read]") {
  const auto places = found({mark(kPointMark, 0.8, 1, 50), mark(kPointMark, 0.7, 2, 50)});
  REQUIRE(places.size() == 1);
  CHECK(places[0].score == 0.8);
  CHECK(places[0].views.size() == 1);
}

TEST_CASE("a comma that two scales see beside each other is one, two commas are two", "[read]") {
  Candidate here = mark(kCommaMark, 0.8, 1, 50);
  here.size = {8, 40};
  Candidate there = mark(kCommaMark, 0.7, 2, 58);
  there.size = {10, 42};
  CHECK(found({here, there}).size() == 1);
  there.kind = kPointMark;
  CHECK(found({here, there}).size() == 1);
  there.level = here.level;
  CHECK(found({here, there}).size() == 2);
  there.level = 2;
  there.centre.x = 90;
  CHECK(found({here, there}).size() == 2);
  there.centre.x = 62;
  here.kind = there.kind = kUnreadableClass;
  CHECK(found({here, there}).size() == 2);
  // Bars that are as close are two 1s.
  here.kind = there.kind = 1;
  there.centre.x = 62;
  CHECK(found({here, there}).size() == 2);
}

TEST_CASE("of endless things the surest are kept", "[read]") {
  std::vector<Candidate> marks;
  for (int i = 0; i < 60; ++i) marks.push_back(mark(1, i % 2 == 0 ? 0.3 : 0.8, 2, 30.0 * i));
  const auto places = found(marks, 30);
  REQUIRE(places.size() == 30);
  CHECK(places.back().views.front().score == 0.8);
}

TEST_CASE("maps that are not finite lead to no more than finds without ink", "[read]") {
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity(), 1e38F}) {
    SeenLevel seen{.level = {.levels = cv::Mat1b(32, 32, std::uint8_t{255})},
                   .rows = 8,
                   .columns = 8,
                   .stride = SeenLevel::kMaps};
    const auto filled = [&](std::size_t size) {
      std::unique_ptr<float[]> values(new float[size]);
      std::fill_n(values.get(), size, value);
      return values;
    };
    seen.maps = filled(seen.cells() * seen.stride);
    seen.ink = filled(seen.cells() * kPageCell * kPageCell);
    const auto places = places_of(candidates_of(seen, 0, 0.1), 0.1, 100);
    INFO(value);
    CHECK(places.size() <= 1);
    for (const Place& place : places) {
      CHECK(std::isfinite(place.score));
      CHECK(own_ink(place.finest(), place, places, seen).strength.total() <= 32 * 32);
    }
  }
}

}  // namespace mnist::reading
