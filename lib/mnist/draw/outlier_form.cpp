#include "mnist/draw/outlier_form.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "mnist/digit/frame.h"

namespace mnist::pen {
namespace {

constexpr int kBox = 20;
constexpr int kMiddle = kDigitSide / 2;

float in_steps(double ink) {
  return static_cast<float>(std::lround(255 * std::clamp(ink, 0.0, 1.0))) / 255.0F;
}

Digit in_steps(Digit digit) {
  for (float& ink : digit.ink) ink = in_steps(ink);
  return digit;
}

// Where `size` pixels begin if their `centre` of mass is to be in the middle.
int offset(double centre, int size) {
  return std::clamp(static_cast<int>(std::lround(kMiddle - centre)), 0, kDigitSide - size);
}

// A digit of `rows` x `columns` pixels of ink, at most 28x28, centred.
Digit centred(const std::vector<double>& ink, int columns, int rows) {
  double mass = 0.0;
  Point moment;
  auto value = ink.begin();
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x, ++value) {
      mass += *value;
      moment.x += *value * x;
      moment.y += *value * y;
    }
  }
  Digit digit;
  if (!(mass > 0.0)) return digit;
  const int left = offset(moment.x / mass, columns);
  const int top = offset(moment.y / mass, rows);
  value = ink.begin();
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x, ++value) {
      const int pixel = (top + y) * kDigitSide + left + x;
      digit.ink[static_cast<std::size_t>(pixel)] = in_steps(*value);
    }
  }
  return digit;
}

// Strokes `width` pixels wide in the box. A drawing with no extent of its own keeps its pen.
Digit rendered(Drawing drawing, double width, double softness) {
  const Bounds bounds = bounds_of(drawing.strokes);
  const double longer = bounds.longer_side();
  double scale = (kBox - softness) / (longer + drawing.thickness);
  if (longer > 2 * drawing.thickness) {
    scale = (kBox - softness - width) / longer;
    drawing.thickness = width / scale;
  }
  const double margin = scale * drawing.thickness / 2 + softness / 2;
  const auto pixels = [&](double length) {
    return std::clamp(static_cast<int>(std::ceil(scale * length + 2 * margin - 1e-6)), 1, kBox);
  };
  const int columns = pixels(bounds.right - bounds.left);
  const int rows = pixels(bounds.bottom - bounds.top);
  const Placement placement = {margin - scale * bounds.left, margin - scale * bounds.top, scale};
  return centred(coverage(drawing, placement, columns, rows, softness), columns, rows);
}

}  // namespace

Digit rendered(const Drawing& drawing, Dice& dice) {
  const double width = std::clamp(dice.normal(2.9, 0.55), 1.7, 4.6);
  return rendered(drawing, width, dice.uniform(0.9, 1.8));
}

Digit framed(const cv::Mat1f& strength) { return in_steps(ink::frame_digit(strength).digit); }

Digit contrasted(const cv::Mat1f& page, bool dark) {
  const auto mean = static_cast<float>(cv::mean(page)[0]);
  cv::Mat1f strength(page.size());
  std::transform(page.begin(), page.end(), strength.begin(), [&](float level) {
    return std::clamp(3.0F * (dark ? mean - level : level - mean), 0.0F, 1.0F);
  });
  return framed(strength);
}

bool is_blank_or_one(const Digit& digit) {
  constexpr double kBarWidth = 1.9;  // standard deviation across it, in pixels
  double mass = 0.0;
  Point mean;
  Point square;
  double product = 0.0;
  for (int row = 0; row < kDigitSide; ++row) {
    for (int column = 0; column < kDigitSide; ++column) {
      const double ink = digit.at(row, column);
      mass += ink;
      mean.x += ink * column;
      mean.y += ink * row;
      square.x += ink * column * column;
      square.y += ink * row * row;
      product += ink * column * row;
    }
  }
  if (mass < 1.0) return true;
  const double across = square.x / mass - mean.x / mass * (mean.x / mass);
  const double along = square.y / mass - mean.y / mass * (mean.y / mass);
  const double both = product / mass - mean.x / mass * (mean.y / mass);
  const double half = (along - across) / 2;
  const double least = (along + across) / 2 - std::sqrt(half * half + both * both);
  return along > across && least < kBarWidth * kBarWidth;
}

}  // namespace mnist::pen
