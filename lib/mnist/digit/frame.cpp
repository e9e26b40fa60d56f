// MNIST's images were made this way (LeCun et al. 1998, section III.A): the digit's box scaled to
// 20x20 with its aspect ratio kept, greys from area averaging, the centre of mass moved to the
// middle of 28x28. Pens differ in width; MNIST's strokes are 2 to 4 pixels wide, so other strokes
// are grown or shrunk to that before averaging.
#include "mnist/digit/frame.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/digit/tuning.h"

namespace mnist::ink {
namespace {

constexpr int kBoxSide = 20;
constexpr double kCentre = 14;
constexpr int kDetail = 6;  // one pixel of the box averages a square of this side, in pixels

cv::Size fitted(const cv::Size& size, int side) {
  const double scale = static_cast<double>(side) / std::max(size.width, size.height);
  return {std::clamp(cvRound(size.width * scale), 1, side),
          std::clamp(cvRound(size.height * scale), 1, side)};
}

cv::Mat1f scaled(const cv::Mat1f& source, const cv::Size& size) {
  const bool shrinks = size.width <= source.cols && size.height <= source.rows;
  cv::Mat1f result;
  cv::resize(source, result, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  return result;
}

// Grown by `radius` pixels on every side; fractions are blended.
cv::Mat1f grown(const cv::Mat1f& strength, double radius) {
  const int whole = static_cast<int>(radius);
  const auto step = [&](int r) {
    if (r == 0) return strength;
    cv::Mat1f result;
    cv::dilate(strength, result,
               cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * r + 1, 2 * r + 1}), {-1, -1}, 1,
               cv::BORDER_CONSTANT, cv::Scalar(0));
    return result;
  };
  const double rest = radius - whole;
  return step(whole) * (1 - rest) + step(whole + 1) * rest;
}

// The ink further than `radius` pixels from the paper: computed from distances, since the radius of
// a spot of ink is large, and an erosion's time grows with its square.
cv::Mat1f shrunk(const cv::Mat1f& strength, double radius) {
  cv::Mat1f distance;
  cv::distanceTransform(strength > 0.5F, distance, cv::DIST_L2, cv::DIST_MASK_5);
  cv::Mat1f result = distance - radius;
  cv::min(result, 1.0, result);
  cv::max(result, 0.0, result);
  return result;
}

// Lines thinner than the working picture's pixels come out grey all along: MNIST's are white.
void to_full_ink(cv::Mat1f& strength) {
  std::vector<float> inked;
  for (const float value : strength) {
    if (value > kTuning.faint_edge) inked.push_back(value);
  }
  if (inked.empty()) return;
  const auto core =
      inked.begin() + static_cast<std::ptrdiff_t>(kTuning.outline_share * (inked.size() - 1));
  std::nth_element(inked.begin(), core, inked.end());
  if (*core >= 1.0F) return;
  strength /= *core;
  cv::min(strength, 1.0, strength);
}

cv::Rect ink_box(const cv::Mat1f& strength, float least) {
  return cv::boundingRect(cv::Mat1b(strength > least));
}

// cv::moments takes a matrix of two columns, such as a thin 1, for a list of points.
cv::Point2d centre_of_mass(const cv::Mat1f& ink) {
  cv::Point2d sum;
  double mass = 0;
  for (int y = 0; y < ink.rows; ++y) {
    for (int x = 0; x < ink.cols; ++x) {
      sum += cv::Point2d(x, y) * ink(y, x);
      mass += ink(y, x);
    }
  }
  return mass > 0 ? sum / mass : sum;
}

// Places `ink` (at most 20x20) in 28x28, its centre of mass at (14, 14) to the nearest pixel.
Digit centred(const cv::Mat1f& ink) {
  const cv::Point2d centre = centre_of_mass(ink);
  const int left = std::clamp(cvRound(kCentre - centre.x), 0, kDigitSide - ink.cols);
  const int top = std::clamp(cvRound(kCentre - centre.y), 0, kDigitSide - ink.rows);
  Digit digit;
  cv::Mat1f page(kDigitSide, kDigitSide, digit.ink.data());
  ink.copyTo(page(cv::Rect(left, top, ink.cols, ink.rows)));
  return digit;
}

}  // namespace

// Area over half the outline's length, from distances: their mean is a quarter of the width.
double stroke_width(const cv::Mat1f& strength) {
  const cv::Mat1b ink = strength > 0.5F;
  if (cv::countNonZero(ink) == 0) return 0;
  cv::Mat1f distance;
  cv::distanceTransform(ink, distance, cv::DIST_L2, 3);
  return 4 * cv::mean(distance, ink)[0] - 1;
}

Framed frame_digit(const cv::Mat1f& strength) {
  const cv::Rect box = ink_box(strength, kTuning.faint_edge);
  if (box.empty()) return {};
  cv::Mat1f page;
  constexpr int kMargin = 2 * kDetail;  // for strokes to grow into
  cv::copyMakeBorder(scaled(strength(box), fitted(box.size(), kBoxSide * kDetail)), page, kMargin,
                     kMargin, kMargin, kMargin, cv::BORDER_CONSTANT, 0);

  to_full_ink(page);
  const double width = stroke_width(page);
  const double area = cv::sum(page)[0];
  const double blackness = cv::mean(page, page > kTuning.faint_edge)[0];
  const double wanted =
      std::clamp(width, kTuning.thinnest_stroke * kDetail, kTuning.thickest_stroke * kDetail);
  if (width > 0 && wanted > width) page = grown(page, (wanted - width) / 2);
  if (wanted < width) page = shrunk(page, (width - wanted) / 2);

  const cv::Rect inked = ink_box(page, kTuning.faint_edge);
  if (inked.empty()) return {};
  return {.digit = centred(scaled(page(inked), fitted(inked.size(), kBoxSide))),
          .stroke = width / kDetail,
          .length = width > 0 ? area / width / kDetail : 0,
          .blackness = blackness};
}

bool has_mnist_form(const Digit& digit) {
  const cv::Mat1f page(kDigitSide, kDigitSide, const_cast<float*>(digit.ink.data()));
  const cv::Rect box = ink_box(page, 0.0F);
  const int side = std::max(box.width, box.height);
  if (side < kBoxSide - 1 || side > kBoxSide) return false;
  const cv::Point2d off = centre_of_mass(page) - cv::Point2d(kCentre, kCentre);
  if (std::max(std::abs(off.x), std::abs(off.y)) > 0.51) return false;
  double darkest = 0;
  cv::minMaxLoc(page, nullptr, &darkest);
  return darkest > 0.98;
}

}  // namespace mnist::ink
