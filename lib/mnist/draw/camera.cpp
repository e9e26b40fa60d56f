// Back to front: paper, print, ink, light; then the camera: blur, noise, compression. Ink dims what
// is under it; light multiplies both.
#include "mnist/draw/camera.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mnist::pen {
namespace {

float unit(double value) { return static_cast<float>(std::clamp(value, 0.0, 1.0)); }

void clamp(cv::Mat1f& picture) {
  cv::min(picture, 1.0, picture);
  cv::max(picture, 0.0, picture);
}

// Paper of one tone with grain, stains and creases.
cv::Mat1f paper(const cv::Size& size, double level, double roughness, Dice& dice) {
  cv::Mat1f result(size, static_cast<float>(level));
  if (roughness <= 0) return result;
  for (const int knots : {4, 12, 40, 130}) {
    if (knots > std::max(size.width, size.height) / 2) break;
    result += dice.uniform(0.0, roughness) * waves(size, knots, dice);
  }
  if (dice.chance(0.1)) {  // a crease
    std::vector<Stroke> crease = {
        {{dice.uniform(0.0, 1.0) * size.width, 0.0},
         {dice.uniform(0.0, 1.0) * size.width, static_cast<double>(size.height)}}};
    cv::Mat1f fold(size, 0.0F);
    draw_lines(fold, crease, dice.uniform(1.0, 4.0), dice.uniform(-1.0, 1.0) > 0 ? 0.15 : 0.05);
    result -= fold;
  }
  return result;
}

// Light lost across the picture, and in a half-plane with a soft edge.
void shade(cv::Mat1f& picture, Dice& dice) {
  const double fall = dice.chance(0.4) ? dice.uniform(0.0, 0.6) : 0.0;
  const double shadow = dice.chance(0.15) ? dice.uniform(0.1, 0.6) : 0.0;
  if (fall <= 0 && shadow <= 0) return;
  const double across = dice.uniform(-1, 1);
  const double down = dice.uniform(-1, 1);
  const double length = std::max(0.1, std::sqrt(across * across + down * down));
  const double edge = dice.uniform(-0.4, 0.4);
  const double softness = dice.uniform(0.02, 0.2);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double u = (x + 0.5) / picture.cols - 0.5;
      const double v = (y + 0.5) / picture.rows - 0.5;
      const double way = (across * u + down * v) / length;
      const double in_shadow = std::clamp((way - edge) / softness + 0.5, 0.0, 1.0);
      picture(y, x) *= static_cast<float>((1 - fall * std::clamp(way + 0.5, 0.0, 1.0)) *
                                          (1 - shadow * in_shadow));
    }
  }
}

// A desk, a thumb, a scanner's lid: something of another tone intruding from an edge.
void intrude(cv::Mat1f& picture, Dice& dice) {
  const double width = picture.cols;
  const double height = picture.rows;
  const double depth = dice.chance(0.5) ? dice.uniform(0.01, 0.06) : dice.uniform(0.05, 0.25);
  const double slope = dice.normal(0.0, 0.05);
  std::array<cv::Point2d, 4> corners = {
      {{-1, -1}, {width, -1}, {width, (depth + slope) * height}, {-1, (depth - slope) * height}}};
  const std::size_t side = dice.below(4);
  std::vector<cv::Point> outline;
  for (cv::Point2d p : corners) {
    if (side % 2 == 1) p = {p.y / height * width, p.x / width * height};
    if (side >= 2) p = {width - p.x, height - p.y};
    outline.emplace_back(cvRound(p.x), cvRound(p.y));
  }
  cv::Mat1f mask(picture.size(), 0.0F);
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{outline}, 1.0);
  cv::GaussianBlur(mask, mask, {0, 0}, dice.uniform(0.4, 2.5));
  const auto tone =
      static_cast<float>(dice.chance(0.7) ? dice.uniform(0.0, 0.4) : dice.uniform(0.6, 1.0));
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      picture(y, x) += (tone - picture(y, x)) * mask(y, x);
    }
  }
}

void add_noise(cv::Mat1f& picture, double deviation, Dice& dice) {
  for (float& value : picture) {
    // Triangular: near enough to normal, with two throws.
    const double first = dice.uniform(-1.0, 1.0);
    value += static_cast<float>(deviation * 1.22 * (first + dice.uniform(-1.0, 1.0)));
  }
}

void blur(cv::Mat1f& picture, double side, Dice& dice) {
  if (dice.chance(0.55)) {
    cv::GaussianBlur(picture, picture, {0, 0}, dice.uniform(0.2, 0.45 + 0.045 * side), 0,
                     cv::BORDER_REPLICATE);
  } else if (dice.chance(0.15)) {  // in motion
    const int reach = 2 + static_cast<int>(dice.below(2 + static_cast<std::size_t>(side / 8)));
    cv::Mat1f kernel(reach, reach, 0.0F);
    const int from = static_cast<int>(dice.below(static_cast<std::size_t>(reach)));
    cv::line(kernel, {from, 0}, {reach - 1 - from, reach - 1}, 1.0);
    if (dice.chance(0.5)) cv::transpose(kernel, kernel);
    if (dice.chance(0.5)) cv::flip(kernel, kernel, 0);
    kernel /= cv::sum(kernel)[0];
    cv::filter2D(picture, picture, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REPLICATE);
  }
}

// The pen leaves the paper for a moment, or the paper takes no ink: the ground truth continues.
void skip(cv::Mat1f& ink, double side, Dice& dice) {
  std::vector<Stroke> gaps;
  const double pitch = side * dice.uniform(0.25, 1.2);
  const double lean = dice.uniform(-1.0, 1.0);
  const bool upright = dice.chance(0.5);
  const double length = upright ? ink.rows : ink.cols;
  const double reach = upright ? ink.cols : ink.rows;
  for (double at = -reach; at < length + reach; at += pitch * dice.uniform(0.5, 1.5)) {
    const Point from = {0.0, at};
    const Point to = {reach, at + lean * reach};
    gaps.push_back(upright ? Stroke{from, to} : Stroke{{from.y, from.x}, {to.y, to.x}});
  }
  cv::Mat1f gap(ink.size(), 0.0F);
  const double width = std::max(0.8, side * dice.uniform(0.03, 0.11));
  draw_lines(gap, gaps, width, dice.uniform(0.7, 1.0));
  ink = ink.mul(1.0 - gap);
}

// Ink that comes and goes: a pencil, a dry pen, chalk.
void wear(cv::Mat1f& ink, Dice& dice) {
  const double depth = dice.uniform(0.1, 0.7);
  const int knots =
      std::max(3, std::min(ink.cols, ink.rows) / (2 + static_cast<int>(dice.below(6))));
  const cv::Mat1f wave = waves(ink.size(), knots, dice);
  for (int y = 0; y < ink.rows; ++y) {
    for (int x = 0; x < ink.cols; ++x) {
      ink(y, x) *= unit(1 - depth * (0.5 + 0.9 * wave(y, x)));
    }
  }
}

}  // namespace

cv::Mat1f waves(const cv::Size& size, int knots, Dice& dice) {
  cv::Mat1f coarse(knots, knots);
  for (float& value : coarse) value = static_cast<float>(dice.uniform(-1.0, 1.0));
  cv::Mat1f result;
  cv::resize(coarse, result, size, 0, 0, cv::INTER_CUBIC);
  return result;
}

void compress(double coarse, cv::Mat1f& levels) {
  constexpr int kBlock = 8;
  for (int y = 0; y + kBlock <= levels.rows; y += kBlock) {
    for (int x = 0; x + kBlock <= levels.cols; x += kBlock) {
      cv::Mat1f block = levels(cv::Rect(x, y, kBlock, kBlock));
      cv::Mat1f cosines;
      cv::dct(block, cosines);
      for (int v = 0; v < kBlock; ++v) {
        for (int u = 0; u < kBlock; ++u) {
          const auto step = static_cast<float>(coarse * (0.3 + 0.25 * (u + v)));
          cosines(v, u) = std::round(cosines(v, u) / step) * step;
        }
      }
      cv::idct(cosines, block);
    }
  }
}

void tilt(Sheet& sheet, Dice& dice) {
  if (!dice.chance(0.6)) return;
  const auto width = static_cast<float>(sheet.size().width);
  const auto height = static_cast<float>(sheet.size().height);
  const double half = std::clamp(dice.normal(0.0, 0.09), -0.35, 0.35) / 2;
  const double cosine = (1 - half * half) / (1 + half * half);
  const double sine = 2 * half / (1 + half * half);
  const double keystone = dice.chance(0.35) ? 0.08 : 0.0;
  std::array<cv::Point2f, 4> from = {{{0, 0}, {width, 0}, {width, height}, {0, height}}};
  std::array<cv::Point2f, 4> to;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double x = from[i].x - width / 2 + width * dice.uniform(-keystone, keystone);
    const double y = from[i].y - height / 2 + height * dice.uniform(-keystone, keystone);
    to[i] = {static_cast<float>(width / 2 + cosine * x - sine * y),
             static_cast<float>(height / 2 + sine * x + cosine * y)};
  }
  const cv::Mat map = cv::getPerspectiveTransform(from.data(), to.data());
  for (cv::Mat1f* layer : {&sheet.print, &sheet.ink, &sheet.own, &sheet.other}) {
    cv::Mat1f turned;
    cv::warpPerspective(*layer, turned, map, layer->size(), cv::INTER_LINEAR);
    *layer = turned;
  }
  cv::Mat1s owner;
  cv::warpPerspective(sheet.owner, owner, map, sheet.size(), cv::INTER_NEAREST, cv::BORDER_CONSTANT,
                      cv::Scalar(-1));
  sheet.owner = owner;
}

cv::Mat1f photograph(const Sheet& sheet, double side, Dice& dice) {
  // Drawn with a mouse, or scanned and cleaned: nothing but ink on paper.
  const bool clean = dice.chance(0.35);
  const double level =
      clean ? (dice.chance(0.8) ? 1.0 : dice.uniform(0.8, 1.0)) : dice.uniform(0.45, 1.0);
  double contrast = clean ? dice.uniform(0.7, 1.0) : dice.uniform(0.3, 1.0);
  if (clean && dice.chance(0.7)) contrast = 1.0;
  if (!clean && dice.chance(0.2)) contrast = dice.uniform(0.1, 0.35);
  const double printed = contrast * dice.uniform(0.3, 1.1);
  contrast *= sheet.strength;
  const double roughness =
      clean ? 0.0 : contrast * dice.uniform(0.0, dice.chance(0.3) ? 0.25 : 0.1);
  cv::Mat1f picture = paper(sheet.size(), level, roughness, dice);
  cv::Mat1f ink = sheet.ink;
  if (dice.chance(clean ? 0.1 : 0.35)) {
    ink = ink.clone();
    wear(ink, dice);
  }
  if (dice.chance(0.07)) {
    ink = ink.clone();
    skip(ink, side, dice);
  }
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double dark = std::max(printed * sheet.print(y, x), contrast * ink(y, x));
      picture(y, x) *= static_cast<float>(1 - std::min(1.0, dark));
    }
  }
  if (!clean) {
    if (dice.chance(0.12)) intrude(picture, dice);
    shade(picture, dice);
  }
  if (dice.chance(clean ? 0.3 : 0.8)) blur(picture, side, dice);
  if (!clean) {
    add_noise(picture, contrast * dice.uniform(0.0, dice.chance(0.7) ? 0.04 : 0.16), dice);
    if (dice.chance(0.1)) {  // a fax, or a scan in black and white
      const double threshold = level * (1 - contrast * dice.uniform(0.35, 0.65));
      for (float& value : picture) value = value > threshold ? 1.0F : 0.0F;
    }
  }
  if (dice.chance(0.15)) compress(dice.uniform(0.03, 0.25) * std::min(1.0, 2 * contrast), picture);
  if (dice.chance(0.35)) picture = 1 - picture;
  clamp(picture);
  return picture;
}

}  // namespace mnist::pen
