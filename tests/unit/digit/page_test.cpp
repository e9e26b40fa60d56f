#include "mnist/digit/page.h"

#include "support/catch.h"

namespace mnist {
namespace {

Find found(int digit, double score, std::optional<Rejection> rejection = std::nullopt) {
  Find find{.score = score};
  find.prediction.digit = digit;
  find.prediction.confidence = 0.9;
  find.prediction.rejection = rejection;
  return find;
}

}  // namespace

TEST_CASE("an empty page is blank, one of other writing is not a digit", "[digit]") {
  CHECK(only_digit({}).rejection == Rejection::kBlank);
  CHECK(only_digit({.other_writing = true}).rejection == Rejection::kNotADigit);
  CHECK(only_digit({.finds = {{.kind = FindKind::kHyphen}}}).rejection == Rejection::kNotADigit);
  CHECK(surest_digit({}) == nullptr);
}

TEST_CASE("a page's one digit is its answer, whatever else was rejected", "[digit]") {
  const Page page = {.finds = {found(1, 0.9, Rejection::kNotADigit), found(4, 0.6)},
                     .other_writing = true};
  CHECK(only_digit(page).digit == 4);
  CHECK_FALSE(only_digit(page).rejection);
}

TEST_CASE("a box holds the digit whose middle is nearest to its own", "[digit]") {
  Page page = {.finds = {found(1, 0.9), found(4, 0.6), found(7, 0.8)}};
  page.finds[0].box = {10, 10, 20, 30};
  page.finds[1].box = {32, 10, 20, 30};
  page.finds[2].box = {15, 10, 4, 4};
  CHECK(find_in_box(page, {9, 9, 22, 32}) == &page.finds[0]);
  CHECK(find_in_box(page, {9, 9, 50, 32}) == &page.finds[1]);
  CHECK(find_in_box(page, {60, 9, 22, 32}) == nullptr);
  page.finds[0].kind = FindKind::kHyphen;
  CHECK(find_in_box(page, {15, 20, 12, 32}) == nullptr);
}

TEST_CASE("two digits are several, unless a guess is asked for", "[digit]") {
  const Page page = {.finds = {found(1, 0.6), found(4, 0.8)}};
  CHECK(only_digit(page).rejection == Rejection::kSeveralDigits);
  CHECK(only_digit(page).digit == 4);
  CHECK_FALSE(only_digit(page, false).rejection);
}

TEST_CASE("where nothing was accepted, the surest find says what it would have been", "[digit]") {
  const Page page = {
      .finds = {found(1, 0.4, Rejection::kNotADigit), found(7, 0.5, Rejection::kNotADigit)}};
  CHECK(only_digit(page).digit == 7);
  CHECK(only_digit(page).rejection == Rejection::kNotADigit);
}

TEST_CASE("a shadow of a find on otherwise empty paper is blank", "[digit]") {
  Page page = {.finds = {found(1, 0.2, Rejection::kNotADigit)}, .is_faint = true};
  CHECK(only_digit(page).rejection == Rejection::kBlank);
  CHECK_FALSE(only_digit(page).digit);
  CHECK(only_digit(page, false).digit == 1);
  page.other_writing = true;
  CHECK(only_digit(page).rejection == Rejection::kNotADigit);
}

}  // namespace mnist
