#include "drawing.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mnist::testing {
namespace {

using Stroke = std::vector<cv::Point2d>;

// In a unit square, y downwards.
std::vector<Stroke> strokes_of(int digit) {
  switch (digit) {
    case 1:
      return {{{0.5, 0}, {0.5, 1}}};
    case 4:
      return {{{0.4, 0}, {0, 0.6}, {1, 0.6}}, {{0.7, 0.3}, {0.7, 1}}};
    case 5:
      return {{{1, 0}, {0.1, 0}, {0, 0.45}, {0.7, 0.4}, {1, 0.7}, {0.7, 1}, {0, 0.95}}};
    default:
      return {{{0, 0}, {1, 0}, {0.4, 1}}};
  }
}

}  // namespace

cv::Mat1b paper(int width, int height, int level) {
  return cv::Mat1b(height, width, static_cast<uchar>(level));
}

void draw_digit(cv::Mat& page, int digit, const cv::Rect& box, int pen, const cv::Scalar& ink) {
  if (digit == 0) {
    cv::ellipse(page, (box.tl() + box.br()) / 2, box.size() / 2, 0, 0, 360, ink, pen, cv::LINE_AA);
    return;
  }
  for (const Stroke& stroke : strokes_of(digit)) {
    for (std::size_t i = 1; i < stroke.size(); ++i) {
      const auto at = [&](const cv::Point2d& p) {
        return cv::Point(cvRound(box.x + p.x * box.width), cvRound(box.y + p.y * box.height));
      };
      cv::line(page, at(stroke[i - 1]), at(stroke[i]), ink, pen, cv::LINE_AA);
    }
  }
}

Image to_image(const cv::Mat& page) {
  Image image{.width = page.cols,
              .height = page.rows,
              .format = page.channels() == 1 ? PixelFormat::kGrey : PixelFormat::kRgba,
              .pixels = {}};
  const cv::Mat whole = page.clone();
  image.pixels.assign(whole.datastart, whole.dataend);
  return image;
}

cv::Mat1b with_noise(const cv::Mat1b& page, int amplitude) {
  cv::RNG generator(1);
  cv::Mat1s noise(page.size());
  generator.fill(noise, cv::RNG::UNIFORM, -amplitude, amplitude + 1);
  cv::Mat1b result;
  cv::add(page, noise, result, cv::noArray(), CV_8U);
  return result;
}

Image mnist_like() {
  cv::Mat1b page = paper(28, 28, 0);
  page(cv::Rect(8, 4, 12, 20)).setTo(255);
  page(cv::Rect(11, 7, 6, 14)).setTo(0);
  return to_image(page);
}

cv::Point2d centre_of_mass(const Digit& digit) {
  const cv::Mat1f ink(kDigitSide, kDigitSide, const_cast<float*>(digit.ink.data()));
  const cv::Moments moments = cv::moments(ink);
  return {moments.m10 / moments.m00, moments.m01 / moments.m00};
}

cv::Rect ink_box(const Digit& digit, float least) {
  const cv::Mat1f ink(kDigitSide, kDigitSide, const_cast<float*>(digit.ink.data()));
  return cv::boundingRect(cv::Mat1b(ink > least));
}

double likeness(const Digit& a, const Digit& b) {
  double best = 0;
  for (int down = -1; down <= 1; ++down) {
    for (int right = -1; right <= 1; ++right) {
      double common = 0;
      double all = 0;
      for (int y = 1; y < kDigitSide - 1; ++y) {
        for (int x = 1; x < kDigitSide - 1; ++x) {
          common += std::min(a.at(y, x), b.at(y + down, x + right));
          all += std::max(a.at(y, x), b.at(y + down, x + right));
        }
      }
      if (all > 0) best = std::max(best, common / all);
    }
  }
  return best;
}

}  // namespace mnist::testing
