// Disturbances of pictures while a network learns. `mnist-generate --stress` draws other kinds, in
// other ways: what is measured there was not trained on.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/draw/camera.h"

namespace mnist::pen {
namespace {

float clamped(double value) { return static_cast<float>(std::clamp(value, 0.0, 1.0)); }

// The tone of the strongest ink or of the paper: either may cover the rest.
double any_tone(const cv::Mat1f& picture, Dice& dice) {
  double low = 0;
  double high = 1;
  cv::minMaxLoc(picture, &low, &high);
  return dice.chance(0.5) ? low : high;
}

void lay_tone(cv::Mat1f& picture, const cv::Mat1f& where, double tone) {
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      picture(y, x) += static_cast<float>(tone - picture(y, x)) * where(y, x);
    }
  }
}

// A broken line: dots, dashes or a zigzag, across the picture or a part of it.
void broken_lines(cv::Mat1f& picture, double side, Dice& dice) {
  std::vector<Stroke> strokes;
  const std::size_t count = 1 + dice.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    const double x0 = dice.uniform(-0.1, 1.1) * picture.cols;
    const double y0 = dice.uniform(-0.1, 1.1) * picture.rows;
    const double x1 = dice.uniform(-0.1, 1.1) * picture.cols;
    const double y1 = dice.uniform(-0.1, 1.1) * picture.rows;
    const double length = std::max(1.0, std::sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)));
    const double step = side * dice.uniform(0.08, 0.4);
    const double amplitude = dice.chance(0.5) ? side * dice.uniform(0.05, 0.25) : 0.0;
    const double gap = amplitude > 0 ? 0.0 : dice.uniform(0.4, 0.8);
    Stroke zigzag;
    const int steps = static_cast<int>(std::min(60.0, length / step));
    for (int k = 0; k < steps; ++k) {
      const double t = (k + dice.uniform(0.0, 0.2)) / steps;
      const double off = k % 2 == 0 ? amplitude : -amplitude;
      const Point p = {x0 + t * (x1 - x0) - off * (y1 - y0) / length,
                       y0 + t * (y1 - y0) + off * (x1 - x0) / length};
      if (amplitude > 0) {
        zigzag.push_back(p);
      } else {
        const double dash = (1 - gap) * step / length;
        strokes.push_back({p, {p.x + dash * (x1 - x0), p.y + dash * (y1 - y0)}});
      }
    }
    if (!zigzag.empty()) strokes.push_back(std::move(zigzag));
  }
  cv::Mat1f where(picture.size(), 0.0F);
  draw_lines(where, strokes, side * dice.uniform(0.03, 0.1), dice.uniform(0.6, 1.0));
  lay_tone(picture, where, any_tone(picture, dice));
}

void stripes(cv::Mat1f& picture, double side, Dice& dice) {
  const double period = side * dice.uniform(0.3, dice.chance(0.5) ? 1.5 : 4.0);
  const bool inverts = dice.chance(0.6);
  const double share = dice.uniform(0.1, inverts ? 0.6 : 0.35);  // more would hide the digits
  const double angle =
      dice.chance(0.5) ? CV_PI / 2 * static_cast<double>(dice.below(2)) : dice.uniform(0.0, CV_PI);
  const double across = std::cos(angle);
  const double down = std::sin(angle);
  const double phase = dice.uniform(0.0, 1.0);
  const double tone = any_tone(picture, dice);
  const double strength = dice.uniform(0.3, 1.0);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double at = (across * x + down * y) / period + phase;
      if (at - std::floor(at) > share) continue;
      float& value = picture(y, x);
      value = inverts ? 1 - value : static_cast<float>(value + strength * (tone - value));
    }
  }
}

// Light and dark are swapped on one side of an edge, or outside a band: a sheet on a dark desk, a
// digit half on a coloured field.
void fields(cv::Mat1f& picture, double /*side*/, Dice& dice) {
  const double angle = CV_PI / 2 * static_cast<double>(dice.below(4)) + dice.normal(0.0, 0.08);
  const double across = std::cos(angle);
  const double down = std::sin(angle);
  const double first = dice.uniform(-0.45, 0.1);
  const double second = dice.chance(0.6) ? dice.uniform(0.1, 0.45) : 1.0;
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double at =
          across * ((x + 0.5) / picture.cols - 0.5) + down * ((y + 0.5) / picture.rows - 0.5);
      if (at < first || at > second) picture(y, x) = 1 - picture(y, x);
    }
  }
}

void speckle(cv::Mat1f& picture, double /*side*/, Dice& dice) {
  const double share = dice.uniform(0.005, 0.15);
  const double grain = dice.chance(0.5) ? 1.0 : dice.uniform(1.0, 2.5);
  cv::Mat1f noise(std::max(1, static_cast<int>(picture.rows / grain)),
                  std::max(1, static_cast<int>(picture.cols / grain)));
  for (float& value : noise) value = static_cast<float>(dice.uniform(0.0, 1.0));
  cv::resize(noise, noise, picture.size(), 0, 0, cv::INTER_NEAREST);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      if (noise(y, x) < share / 2) picture(y, x) = 0;
      if (noise(y, x) > 1 - share / 2) picture(y, x) = 1;
    }
  }
}

// Drops of ink or of paper.
void drops(cv::Mat1f& picture, double side, Dice& dice) {
  std::vector<Stroke> dots;
  const std::size_t count = 2 + dice.below(14);
  for (std::size_t i = 0; i < count; ++i) {
    const double x = dice.uniform(0.0, 1.0) * picture.cols;
    dots.push_back({{x, dice.uniform(0.0, 1.0) * picture.rows}});
  }
  cv::Mat1f where(picture.size(), 0.0F);
  draw_lines(where, dots, side * dice.uniform(0.05, 0.22), 1.0);
  lay_tone(picture, where, any_tone(picture, dice));
}

void fog(cv::Mat1f& picture, double /*side*/, Dice& dice) {
  const double thickness = dice.uniform(0.2, 0.75);
  const double tone = dice.uniform(0.0, 1.0);
  cv::Mat1f cloud = waves(picture.size(), 3 + static_cast<int>(dice.below(4)), dice) +
                    0.5 * waves(picture.size(), 9, dice);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double there = std::clamp(thickness * (0.75 + 0.5 * cloud(y, x)), 0.0, 0.92);
      picture(y, x) += static_cast<float>(there * (tone + 0.25 * cloud(y, x) - picture(y, x)));
    }
  }
}

// Stains of any shape and tone.
void stains(cv::Mat1f& picture, double side, Dice& dice) {
  const int knots = std::max(4, static_cast<int>(picture.cols / (side * dice.uniform(0.06, 0.25))));
  const cv::Mat1f wet = waves(picture.size(), knots, dice);
  const double level = dice.uniform(0.45, 0.9);
  const cv::Mat1f where = cv::min(cv::max(6.0 * (wet - level), 0.0), 1.0);
  lay_tone(picture, where, dice.chance(0.5) ? any_tone(picture, dice) : dice.uniform(0.0, 1.0));
}

// As fine as the picture allows: between what is inked and what is not.
cv::Mat1f fine_outline(const cv::Mat1f& picture, Dice& dice) {
  double low = 0;
  double high = 1;
  cv::minMaxLoc(picture, &low, &high);
  cv::Mat1f inked;
  cv::threshold(picture, inked, low + dice.uniform(0.3, 0.7) * (high - low), 1, cv::THRESH_BINARY);
  cv::Mat1f inner;
  cv::erode(inked, inner, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  return inked - inner;
}

cv::Mat1f broad_outline(const cv::Mat1f& picture, double side, Dice& dice) {
  const int reach = 1 + 2 * std::max(1, cvRound(side * dice.uniform(0.02, 0.05)));
  cv::Mat1f edges;
  cv::morphologyEx(picture, edges, cv::MORPH_GRADIENT,
                   cv::getStructuringElement(cv::MORPH_ELLIPSE, {reach, reach}));
  return edges;
}

// Outlines where strokes were.
void outline(cv::Mat1f& picture, double side, Dice& dice) {
  const cv::Mat1f edges =
      dice.chance(0.5) ? fine_outline(picture, dice) : broad_outline(picture, side, dice);
  picture = dice.chance(0.5) ? edges : cv::Mat1f(1 - edges);
}

// Each pixel comes from somewhere near: displaced smoothly behind rippled glass, not so behind
// frosted glass.
void glass(cv::Mat1f& picture, double side, Dice& dice) {
  const auto reach = static_cast<float>(side * dice.uniform(0.02, 0.07));
  const bool is_frosted = dice.chance(0.5);
  const int knots = std::max(4, static_cast<int>(picture.cols / (side * dice.uniform(0.08, 0.3))));
  const auto way = [&] {
    if (!is_frosted) return cv::Mat1f(reach * waves(picture.size(), knots, dice));
    cv::Mat1f anyhow(picture.size());
    for (float& value : anyhow) value = static_cast<float>(reach * dice.uniform(-1.0, 1.0));
    return anyhow;
  };
  cv::Mat1f x = way();
  cv::Mat1f y = way();
  for (int row = 0; row < picture.rows; ++row) {
    for (int column = 0; column < picture.cols; ++column) {
      x(row, column) += static_cast<float>(column);
      y(row, column) += static_cast<float>(row);
    }
  }
  cv::Mat1f moved;
  cv::remap(picture, moved, x, y, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  if (is_frosted && dice.chance(0.7)) {
    cv::GaussianBlur(moved, moved, {}, side * dice.uniform(0.015, 0.05));
  }
  picture = moved;
}

// Far too light, or far too dark.
void expose(cv::Mat1f& picture, double /*side*/, Dice& dice) {
  const double shift = dice.uniform(-0.45, 0.45);
  for (float& value : picture) value = clamped(value + shift);
}

void grain(cv::Mat1f& picture, double /*side*/, Dice& dice) {
  const double deviation = dice.uniform(0.05, 0.3);
  for (float& value : picture) value += static_cast<float>(dice.normal(0.0, deviation));
}

}  // namespace

void disturb(cv::Mat1f& picture, double side, Dice& dice) {
  constexpr std::array kKinds = {broken_lines, broken_lines, stripes, stripes, fields,
                                 fields,       fields,       speckle, drops,   stains,
                                 stains,       fog,          outline, outline, outline,
                                 glass,        glass,        glass,   expose,  grain};
  // As on a picture of few pixels that is enlarged later.
  constexpr double kFewest = 14;  // of a digit's side
  const double coarse =
      dice.chance(0.35) ? dice.uniform(1.0, std::clamp(side / kFewest, 1.0, 3.0)) : 1.0;
  const cv::Size size = picture.size();
  if (coarse > 1) cv::resize(picture, picture, {}, 1 / coarse, 1 / coarse, cv::INTER_AREA);
  kKinds[dice.below(kKinds.size())](picture, side / coarse, dice);
  if (coarse > 1) cv::resize(picture, picture, size, 0, 0, cv::INTER_CUBIC);
  for (float& value : picture) value = clamped(value);
}

}  // namespace mnist::pen
