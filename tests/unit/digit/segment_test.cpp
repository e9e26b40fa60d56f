#include "mnist/digit/segment.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <opencv2/imgproc.hpp>

#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"

#include "drawing.h"
#include "support/catch.h"
#include "support/environment.h"

namespace mnist {
namespace {

using testing::draw_digit;
using testing::paper;
using testing::to_image;

TEST_CASE("digits come row by row from the top, from left to right", "[digit]") {
  cv::Mat page = paper(600, 500, 230);
  draw_digit(page, 7, {400, 70, 60, 100}, 10, 30);
  draw_digit(page, 4, {60, 50, 60, 100}, 10, 30);
  draw_digit(page, 0, {230, 60, 60, 100}, 10, 30);
  draw_digit(page, 5, {300, 300, 60, 100}, 10, 30);
  draw_digit(page, 1, {100, 310, 60, 100}, 10, 30);
  const auto digits = segment(to_image(page));
  REQUIRE(digits.size() == 5);
  const int rows[] = {0, 0, 0, 1, 1};
  const int lefts[] = {60, 230, 400, 130, 300};
  for (int i = 0; i < 5; ++i) {
    CHECK(digits[i].row == rows[i]);
    CHECK(std::abs(digits[i].box.x - lefts[i]) <= 10);
  }
}

TEST_CASE("a row that rises is one row", "[digit]") {
  cv::Mat page = paper(900, 500, 230);
  for (int i = 0; i < 7; ++i) draw_digit(page, 5, {50 + 120 * i, 350 - 45 * i, 60, 100}, 8, 30);
  const auto digits = segment(to_image(page));
  REQUIRE(digits.size() == 7);
  CHECK(std::all_of(digits.begin(), digits.end(), [](const auto& d) { return d.row == 0; }));
}

TEST_CASE("a digit in a row looks as it does alone", "[digit]") {
  cv::Mat row = paper(500, 200, 230);
  draw_digit(row, 5, {60, 50, 60, 100}, 10, 30);
  draw_digit(row, 0, {300, 50, 60, 100}, 10, 30);
  cv::Mat alone = paper(200, 200, 230);
  draw_digit(alone, 5, {60, 50, 60, 100}, 10, 30);
  const auto digits = segment(to_image(row));
  REQUIRE(digits.size() == 2);
  CHECK(testing::likeness(digits[0].digit, normalize(to_image(alone)).digit) > 0.9);
}

TEST_CASE("cells, an underline and rules above are no digits", "[digit]") {
  cv::Mat bare = paper(500, 300, 230);
  for (int i = 0; i < 4; ++i) draw_digit(bare, 4, {75 + 100 * i, 100, 50, 80}, 8, 30);
  cv::Mat cells = bare.clone();
  for (int i = 0; i < 4; ++i) cv::rectangle(cells, {50 + 100 * i, 80, 100, 120}, 30, 4);
  cv::Mat underlined = bare.clone();
  for (const int y : {60, 200, 215}) cv::line(underlined, {95, y}, {410, y}, 30, 5);
  const Digit alone = segment(to_image(bare)).front().digit;
  for (const cv::Mat& picture : {cells, underlined}) {
    CHECK(normalize(to_image(picture)).rejection == Rejection::kSeveralDigits);
    const auto digits = segment(to_image(picture));
    REQUIRE(digits.size() == 4);
    for (const SegmentedDigit& digit : digits) {
      CHECK(digit.row == 0);
      CHECK(testing::likeness(digit.digit, alone) > 0.8);
    }
  }
}

TEST_CASE("every digit of many boxes is found", "[digit]") {
  cv::Mat page = paper(1300, 200, 230);
  for (int i = 0; i < 12; ++i) {
    cv::rectangle(page, {20 + 105 * i, 50, 90, 110}, 30, 3);
    draw_digit(page, 4, {45 + 105 * i, 70, 40, 70}, 7, 30);
  }
  CHECK(segment(to_image(page)).size() == 12);
}

TEST_CASE("a row of digits that touch is no underline of the row above", "[digit]") {
  cv::Mat page = paper(600, 400, 230);
  for (int i = 0; i < 3; ++i) draw_digit(page, 5, {150 + 120 * i, 60, 60, 100}, 8, 30);
  for (int i = 0; i < 8; ++i) draw_digit(page, 0, {60 + 58 * i, 230, 60, 80}, 8, 30);
  const auto digits = segment(to_image(page));
  CHECK(std::any_of(digits.begin(), digits.end(), [](const auto& d) { return d.row == 1; }));
}

TEST_CASE("digits that touch are cut apart", "[digit]") {
  cv::Mat page = paper(700, 250, 230);
  draw_digit(page, 5, {50, 60, 70, 110}, 8, 30);
  draw_digit(page, 0, {200, 60, 80, 110}, 8, 30);
  draw_digit(page, 0, {288, 60, 80, 110}, 8, 30);
  draw_digit(page, 7, {500, 60, 70, 110}, 8, 30);
  const auto digits = segment(to_image(page));
  REQUIRE(digits.size() == 4);
  CHECK(std::abs(digits[2].box.x - 284) <= 12);
}

TEST_CASE("specks are no digits, and a broken digit is one", "[digit]") {
  cv::Mat page = paper(500, 200, 230);
  draw_digit(page, 5, {60, 50, 60, 100}, 10, 30);
  page(cv::Rect(50, 62, 80, 8)).setTo(230);
  draw_digit(page, 7, {300, 50, 60, 100}, 10, 30);
  page(cv::Rect(200, 100, 5, 5)).setTo(30);
  page(cv::Rect(440, 30, 8, 6)).setTo(30);
  CHECK(segment(to_image(page)).size() == 2);
}

TEST_CASE("a picture of nothing but dots takes no time to speak of", "[digit]") {
  cv::Mat page = paper(1400, 1400, 255);
  for (int y = 0; y < page.rows; y += 7) {
    for (int x = 0; x < page.cols; x += 7) page(cv::Rect(x, y, 5, 5)).setTo(0);
  }
  // 40 000 of them: without a limit, a time that grows with their square.
  CHECK(segment(to_image(page)).size() <= 2000);
}

TEST_CASE("a picture without ink has no digits", "[digit]") {
  CHECK(segment(to_image(paper(300, 300))).empty());
  CHECK(segment(Image{}).empty());
}

TEST_CASE("real pictures of several digits give as many as they hold", "[digit][needs-pictures]") {
  int right = 0;
  int pictures = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::test_pictures_or_skip("multi-dev"))) {
    const std::string stem = entry.path().stem().string();
    const std::string text = stem.substr(stem.rfind("__") + 2);
    const auto digits = segment(decode_image(read_file(entry.path(), 64'000'000)));
    const auto rows = 1 + std::count(text.begin(), text.end(), '-');
    ++pictures;
    if (digits.size() == text.size() - (rows - 1) && !digits.empty() &&
        digits.back().row == rows - 1) {
      ++right;
    }
  }
  REQUIRE(pictures > 0);
  CHECK(right >= pictures - 1);
}

}  // namespace
}  // namespace mnist
