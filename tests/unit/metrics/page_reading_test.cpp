#include "mnist/metrics/page_reading.h"

#include <cmath>

#include "support/catch.h"

namespace mnist {
namespace {

LocatedDigit at(int digit, int x) { return {.digit = digit, .box = {x, 0, 10, 20}}; }

}  // namespace

TEST_CASE("the edit distance counts insertions, deletions and exchanges", "[metrics]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("123", "123") == 0);
  CHECK(edit_distance("123", "13") == 1);
  CHECK(edit_distance("123", "1423") == 1);
  CHECK(edit_distance("123", "173") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("12", "") == 2);
  CHECK(edit_distance("", "12") == 2);
}

TEST_CASE("what nobody can read may be read as anything, or be left out", "[metrics]") {
  CHECK(edit_distance("1?3", "123") == 0);
  CHECK(edit_distance("1?3", "13") == 0);
  CHECK(edit_distance("1?3", "1223") == 1);
  CHECK(edit_distance("?", "") == 0);
}

TEST_CASE("digits are matched by place, one to one", "[metrics]") {
  const PageReading page{
      .name = "page",
      .source = {},
      .wanted = "1234",
      .read = "12745",
      .marks = {{at(1, 0), at(2, 20), at(3, 40), at(4, 100), at(-1, 200)}},
      // Right, right, misread, twice in one place, invented, unreadable twice.
      .finds = {at(1, 1), at(2, 20), at(7, 41), at(3, 44), at(5, 150), at(8, 200), at(-1, 300)}};
  const PageScores scores = score_page(page);
  CHECK(scores.digits == 4);
  CHECK(scores.missed == 1);
  CHECK(scores.misread == 1);
  CHECK(scores.invented == 2);
  CHECK(scores.characters == 4);
  CHECK(scores.errors == 2);
  CHECK(scores.whole == 0);
}

TEST_CASE("shares of nothing are undefined, those of sums are weighed by characters", "[metrics]") {
  CHECK(std::isnan(PageScores{}.whole_share()));
  CHECK(std::isnan(PageScores{}.character_error_rate()));
  PageScores total = score_page({.name = "a", .source = {}, .wanted = "1", .read = "7"});
  total.add(score_page({.name = "b", .source = {}, .wanted = "234", .read = "234"}));
  CHECK(total.whole_share() == 0.5);
  CHECK(total.character_error_rate() == 0.25);
}

}  // namespace mnist
