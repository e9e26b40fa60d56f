#include "mnist/digit/normalize.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/bytes/file.h"
#include "mnist/digit/segment.h"
#include "mnist/image/decode.h"

#include "drawing.h"
#include "support/catch.h"
#include "support/environment.h"

namespace mnist {
namespace {

using testing::draw_digit;
using testing::likeness;
using testing::paper;
using testing::to_image;

const cv::Rect kMiddle{70, 50, 60, 100};  // of a page of 200x200

cv::Mat page_with(int digit, int level = 230, int ink = 30) {
  cv::Mat page = paper(200, 200, level);
  draw_digit(page, digit, kMiddle, 10, ink);
  return page;
}

Digit plain(int digit) { return normalize(to_image(page_with(digit))).digit; }

// Other paper, light or pen must not change what the network sees.
void check_reads_like_plain(const cv::Mat& page, int digit) {
  const NormalizedDigit seen = normalize(to_image(page));
  CHECK(!seen.rejection.has_value());
  CHECK(likeness(seen.digit, plain(digit)) > 0.75);
}

TEST_CASE("the digit's longer side becomes 20 pixels and its centre of mass the middle",
          "[digit]") {
  for (const int digit : {0, 1, 4, 5, 7}) {
    const Digit seen = plain(digit);
    const cv::Rect box = testing::ink_box(seen, 0.0F);
    CHECK(std::max(box.width, box.height) == 20);
    CHECK(std::abs(testing::centre_of_mass(seen).x - 14) <= 0.51);
    CHECK(std::abs(testing::centre_of_mass(seen).y - 14) <= 0.51);
  }
}

TEST_CASE("the digit keeps its aspect", "[digit]") {
  cv::Mat page = paper(300, 300);
  draw_digit(page, 0, {50, 100, 200, 100}, 12, 0);
  const cv::Rect box = testing::ink_box(normalize(to_image(page)).digit, 0.5F);
  CHECK(box.width / static_cast<double>(box.height) == Approx(212.0 / 112).epsilon(0.1));
}

TEST_CASE("ink is 1 at the core of strokes, paper 0, and edges are grey", "[digit]") {
  const Digit seen = plain(0);
  CHECK(seen.at(0, 0) == 0.0F);
  CHECK(seen.at(14, 14) == 0.0F);
  CHECK(*std::max_element(seen.ink.begin(), seen.ink.end()) == Approx(1.0F));
  CHECK(std::any_of(seen.ink.begin(), seen.ink.end(), [](float v) { return v > 0.2 && v < 0.8; }));
}

TEST_CASE("the box tells where in the picture the digit is", "[digit]") {
  const Box box = normalize(to_image(page_with(5))).box;
  CHECK(std::abs(box.x - 65) <= 3);
  CHECK(std::abs(box.y - 45) <= 3);
  CHECK(std::abs(box.width - 70) <= 5);
  CHECK(std::abs(box.height - 110) <= 5);
}

TEST_CASE("light ink on a dark ground reads like dark ink on light paper", "[digit]") {
  for (const int digit : {0, 1, 4, 5, 7}) {
    check_reads_like_plain(page_with(digit, 20, 240), digit);
  }
}

TEST_CASE("a polarity that is asked for is not guessed", "[digit]") {
  const Image picture = to_image(page_with(5));
  CHECK(normalize(picture, {.polarity = Polarity::kDarkOnLight}).digit == plain(5));
  CHECK(likeness(normalize(picture, {.polarity = Polarity::kLightOnDark}).digit, plain(5)) < 0.5);
}

TEST_CASE("uneven light and a shadow's edge do not count as ink", "[digit]") {
  cv::Mat graded = page_with(5);
  cv::Mat shadowed = page_with(5);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) {
      graded.at<uchar>(y, x) = cv::saturate_cast<uchar>(graded.at<uchar>(y, x) * (0.4 + x / 350.0));
      if (x + y < 150)
        shadowed.at<uchar>(y, x) = cv::saturate_cast<uchar>(shadowed.at<uchar>(y, x) * 0.75);
    }
  }
  check_reads_like_plain(graded, 5);
  check_reads_like_plain(shadowed, 5);
}

TEST_CASE("the rules of ruled and squared paper do not count as ink", "[digit]") {
  cv::Mat page = paper(200, 200, 230);
  for (int at = 15; at < 200; at += 30) {
    cv::line(page, {0, at}, {199, at}, 185, 1);
    cv::line(page, {at, 0}, {at, 199}, 185, 1);
  }
  draw_digit(page, 5, kMiddle, 10, 30);
  check_reads_like_plain(page, 5);
}

TEST_CASE("a frame at the picture's edge does not count as ink", "[digit]") {
  cv::Mat page = page_with(5);
  cv::rectangle(page, {0, 0, 200, 200}, 20, 9);
  check_reads_like_plain(page, 5);
}

TEST_CASE("a small digit in a corner is found", "[digit]") {
  cv::Mat page = paper(900, 700, 230);
  draw_digit(page, 5, {20, 620, 30, 50}, 5, 30);
  check_reads_like_plain(page, 5);
  CHECK(std::abs(normalize(to_image(page)).box.x - 17) <= 3);
}

TEST_CASE("a hairline on a large canvas gets MNIST's stroke weight", "[digit]") {
  cv::Mat page = paper(1200, 1200);
  draw_digit(page, 5, {420, 300, 360, 600}, 2, 0);
  const NormalizedDigit seen = normalize(to_image(page));
  CHECK(seen.ink.stroke < 1);
  CHECK(likeness(seen.digit, plain(5)) > 0.6);
}

TEST_CASE("a digit that fills the frame is read", "[digit]") {
  const cv::Mat page = page_with(5);
  const cv::Mat cropped = page(cv::Rect(65, 45, 71, 111)).clone();
  check_reads_like_plain(cropped, 5);
}

TEST_CASE("faint ink and noise are told apart", "[digit]") {
  check_reads_like_plain(page_with(5, 230, 180), 5);
  check_reads_like_plain(testing::with_noise(page_with(5), 30), 5);
}

TEST_CASE("coloured ink on coloured paper of the same luminance is seen", "[digit]") {
  cv::Mat page(200, 200, CV_8UC4, cv::Scalar(220, 90, 60, 255));
  draw_digit(page, 5, kMiddle, 10, cv::Scalar(40, 180, 60, 255));
  check_reads_like_plain(page, 5);
}

TEST_CASE("transparent pixels are paper", "[digit]") {
  for (const int ink : {0, 255}) {
    cv::Mat page(200, 200, CV_8UC4, cv::Scalar(ink, ink, ink, 0));
    draw_digit(page, 5, kMiddle, 10, cv::Scalar(ink, ink, ink, 255));
    check_reads_like_plain(page, 5);
  }
}

TEST_CASE("a broken stroke stays part of its digit", "[digit]") {
  cv::Mat page = page_with(5);
  cv::rectangle(page, {60, 62, 80, 8}, 230, cv::FILLED);  // cuts the bar of the 5 off
  const NormalizedDigit seen = normalize(to_image(page));
  CHECK(!seen.rejection.has_value());
  CHECK(seen.ink.marks == 2);
  CHECK(likeness(seen.digit, plain(5)) > 0.7);
}

TEST_CASE("a picture in MNIST's form keeps its pixels exactly", "[digit]") {
  const Image picture = testing::mnist_like();
  const Digit seen = normalize(picture).digit;
  bool same = true;
  for (int i = 0; i < kDigitPixels; ++i) same = same && seen.ink[i] == picture.pixels[i] / 255.0F;
  CHECK(same);
}

TEST_CASE("an inverted picture in MNIST's form reads the same, also in RGBA", "[digit]") {
  const Image picture = testing::mnist_like();
  Image inverted = picture;
  for (auto& pixel : inverted.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  CHECK(normalize(inverted).digit == normalize(picture).digit);

  Image rgba{.width = 28, .height = 28, .format = PixelFormat::kRgba, .pixels = {}};
  for (const auto pixel : picture.pixels)
    rgba.pixels.insert(rgba.pixels.end(), {pixel, pixel, pixel, 255});
  CHECK(normalize(rgba).digit == normalize(picture).digit);
}

TEST_CASE("an enlarged picture in MNIST's form reads nearly the same", "[digit]") {
  const Image picture = testing::mnist_like();
  const cv::Mat small(28, 28, CV_8UC1, const_cast<std::uint8_t*>(picture.pixels.data()));
  cv::Mat large;
  cv::resize(small, large, {280, 280}, 0, 0, cv::INTER_CUBIC);
  CHECK(likeness(normalize(to_image(large)).digit, normalize(picture).digit) > 0.85);
}

TEST_CASE("white, black, shaded and empty pictures are blank", "[digit]") {
  cv::Mat1b shaded = paper(300, 200, 0);
  for (int y = 0; y < shaded.rows; ++y) {
    for (int x = 0; x < shaded.cols; ++x) shaded(y, x) = static_cast<uchar>(120 + x / 4 + y / 5);
  }
  const std::vector<Image> blanks{to_image(paper(200, 200, 255)),
                                  to_image(paper(200, 200, 0)),
                                  to_image(paper(28, 28, 0)),
                                  to_image(paper(28, 28, 255)),
                                  to_image(shaded),
                                  Image{}};
  for (const Image& image : blanks) {
    const NormalizedDigit seen = normalize(image);
    CHECK(seen.rejection == Rejection::kBlank);
    CHECK(seen.digit == Digit{});
  }
}

TEST_CASE("pictures of a few pixels are no trouble", "[digit]") {
  for (const int width : {1, 2, 3, 9}) {
    for (const int height : {1, 2, 3, 500}) {
      cv::Mat1b page = testing::with_noise(paper(width, height, 128), 100);
      CHECK_NOTHROW(normalize(to_image(page)));
    }
  }
}

TEST_CASE("plain noise is no digit", "[digit]") {
  for (const int side : {28, 64, 300}) {
    for (const int amplitude : {5, 20, 60, 127}) {
      const cv::Mat page = testing::with_noise(paper(side, side, 128), amplitude);
      INFO(side << " " << amplitude);
      CHECK(normalize(to_image(page)).rejection.has_value());
    }
  }
}

TEST_CASE("several digits are not taken for one", "[digit]") {
  cv::Mat page = paper(300, 200, 230);
  draw_digit(page, 5, {40, 50, 60, 100}, 10, 30);
  draw_digit(page, 7, {160, 50, 60, 100}, 10, 30);
  CHECK(normalize(to_image(page)).rejection == Rejection::kSeveralDigits);
}

// The digits of `number`, each 90 pixels high, a 1 20 wide and the others 50.
cv::Mat1b page_of(const std::string& number, int pen, int gap, int margin) {
  constexpr int kHeight = 90;
  const auto width = [](char digit) { return digit == '1' ? 20 : 50; };
  int length = -gap;
  for (const char digit : number) length += width(digit) + gap;
  cv::Mat1b page = paper(length + 2 * margin, kHeight + 2 * margin, 235);
  int x = margin;
  for (const char digit : number) {
    draw_digit(page, digit - '0', {x, margin, width(digit), kHeight}, pen, 40);
    x += width(digit) + gap;
  }
  return testing::with_noise(page, 3);
}

TEST_CASE("numbers with ones in them are several digits, whichever tone is ink", "[digit]") {
  for (const std::string number : {"10", "101", "11", "111", "14", "71", "1110111"}) {
    for (const int pen : {3, 10}) {
      for (const int gap : {24, 60, 90}) {
        for (const int margin : {20, 150}) {
          INFO(number << ", pen " << pen << ", gap " << gap << ", margin " << margin);
          const cv::Mat1b page = page_of(number, pen, gap, margin);
          CHECK(normalize(to_image(page)).rejection == Rejection::kSeveralDigits);
          CHECK(normalize(to_image(cv::Mat(255 - page))).rejection == Rejection::kSeveralDigits);
        }
      }
    }
  }
  for (const int digit : {1, 7}) {
    CHECK(!normalize(to_image(page_of(std::to_string(digit), 6, 0, 60))).rejection);
  }
}

TEST_CASE("a paler digit beside a digit, as if from the sheet's back, is not another", "[digit]") {
  cv::Mat1b page = paper(300, 200, 225);
  draw_digit(page, 5, {80, 50, 60, 100}, 8, 30);
  draw_digit(page, 4, {200, 60, 50, 90}, 8, 95);
  check_reads_like_plain(page, 5);
}

TEST_CASE("rules under a digit and on both sides of it are no part of it and no ones", "[digit]") {
  for (const int digit : {4, 5, 7, 0}) {
    cv::Mat page = paper(400, 400, 230);
    draw_digit(page, digit, {170, 150, 60, 100}, 10, 30);
    cv::Mat underlined = page.clone();
    cv::line(underlined, {130, 275}, {270, 275}, 30, 6);
    check_reads_like_plain(underlined, digit);
    for (const int x : {120, 280}) cv::line(page, {x, 130}, {x, 270}, 30, 6);
    check_reads_like_plain(page, digit);
  }
}

TEST_CASE("a box, a circle or a comb for a digit is no part of it", "[digit]") {
  for (const int digit : {1, 4, 5, 7, 0}) {
    cv::Mat page = paper(400, 400, 230);
    draw_digit(page, digit, {170, 150, 60, 100}, 10, 30);
    for (const int ink : {30, 140}) {
      INFO("digit " << digit << ", ink " << ink);
      cv::Mat boxed = page.clone();
      cv::rectangle(boxed, {140, 125, 120, 150}, ink, 4);
      check_reads_like_plain(boxed, digit);
      cv::Mat circled = page.clone();
      cv::ellipse(circled, {200, 200}, {90, 85}, 10, 0, 360, ink, 8);
      check_reads_like_plain(circled, digit);
      cv::Mat open = page.clone();
      cv::polylines(
          open, std::vector<cv::Point>{{148, 125}, {145, 280}, {260, 275}, {258, 122}, {158, 128}},
          false, ink, 5);
      check_reads_like_plain(open, digit);
      cv::Mat comb = page.clone();
      cv::line(comb, {130, 268}, {270, 268}, ink, 4);
      for (const int x : {130, 270}) cv::line(comb, {x, 245}, {x, 268}, ink, 4);
      check_reads_like_plain(comb, digit);
    }
  }
}

TEST_CASE("a point or a slash in a zero leaves it a zero", "[digit]") {
  const cv::Point middle = (kMiddle.tl() + kMiddle.br()) / 2;
  for (const int half : {6, 12, 24}) {
    cv::Mat page = page_with(0);
    cv::line(page, middle + cv::Point(half / 3, -half), middle + cv::Point(-half / 3, half), 30, 8);
    CHECK(likeness(normalize(to_image(page)).digit, plain(0)) > 0.6);
  }
}

TEST_CASE("a sheet on a dark table is paper", "[digit]") {
  for (const int digit : {1, 4, 5, 7, 0}) {
    for (const int table : {20, 70}) {
      INFO("digit " << digit << ", table " << table);
      cv::Mat page = paper(400, 420, table);
      page(cv::Rect(40, 50, 320, 330)).setTo(235);
      draw_digit(page, digit, {175, 165, 60, 100}, 10, 40);
      check_reads_like_plain(testing::with_noise(page, 4), digit);
    }
  }
}

TEST_CASE("a blot stays full, and is no zero", "[digit]") {
  for (const int radius : {15, 30, 60}) {
    cv::Mat page = paper(300, 260, 230);
    cv::circle(page, {140, 130}, radius, 60, cv::FILLED, cv::LINE_AA);
    CHECK(normalize(to_image(page)).digit.ink[14 * kDigitSide + 14] == 1.0F);
  }
}

TEST_CASE("two ones are no rules of the point between them", "[digit]") {
  cv::Mat page = paper(300, 300, 230);
  for (const int x : {100, 200}) cv::line(page, {x, 100}, {x, 200}, 30, 8);
  cv::line(page, {150, 195}, {150, 198}, 30, 10);
  CHECK(normalize(to_image(page)).rejection == Rejection::kSeveralDigits);
}

TEST_CASE("a rule across the page beside a digit is not another", "[digit]") {
  cv::Mat page = page_with(4);
  cv::line(page, {160, 0}, {160, 199}, 60, 3);
  check_reads_like_plain(page, 4);
}

TEST_CASE("many small, soft digits are several, not one patch", "[digit]") {
  cv::Mat1b page = paper(557, 681, 160);
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 5; ++column) {
      const int digit = std::array{1, 4, 5, 7, 0}[(row + column) % 5];
      draw_digit(page, digit, {90 + 85 * column, 60 + 300 * row, 40, 60}, 3, 80);
    }
  }
  cv::GaussianBlur(page, page, {}, 3);
  page = testing::with_noise(page, 3);
  CHECK(normalize(to_image(page)).rejection == Rejection::kSeveralDigits);
  CHECK(segment(to_image(page)).size() == 10);
}

TEST_CASE("real pictures of several digits are taken for such", "[digit][needs-pictures]") {
  int pictures = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::test_pictures_or_skip("multi-dev"))) {
    INFO(entry.path());
    const Image image = decode_image(read_file(entry.path(), 64'000'000));
    ++pictures;
    CHECK(normalize(image).rejection == Rejection::kSeveralDigits);
  }
  REQUIRE(pictures > 0);
}

TEST_CASE("real pictures of digits are hardly ever rejected", "[digit][needs-pictures]") {
  int pictures = 0;
  int rejected = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::test_pictures_or_skip("photos-dev"))) {
    const Image image = decode_image(read_file(entry.path(), 64'000'000));
    ++pictures;
    if (normalize(image).rejection) ++rejected;
  }
  REQUIRE(pictures > 0);
  CHECK(rejected <= 0.02 * pictures);
}

}  // namespace
}  // namespace mnist
