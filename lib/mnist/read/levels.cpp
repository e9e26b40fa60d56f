// Luminance loses yellow ink on white and red on green. The mix of channels taken here is the first
// principal component of the picture's detail: the axis along which ink and paper differ.
#include "mnist/read/levels.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "mnist/data/page_grid.h"
#include "mnist/digit/tuning.h"

namespace mnist::reading {
namespace {

const cv::Vec3f kLuminance{0.299F, 0.587F, 0.114F};

cv::Mat resized(const cv::Mat& source, double scale) {
  const cv::Size size(std::max(1, cvRound(source.cols * scale)),
                      std::max(1, cvRound(source.rows * scale)));
  if (size == source.size()) return source;
  cv::Mat result;
  cv::resize(source, result, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return result;
}

cv::Mat4b composite(const cv::Mat4b& pixels, int ground) {
  cv::Mat4b result(pixels.size());
  for (int y = 0; y < pixels.rows; ++y) {
    for (int x = 0; x < pixels.cols; ++x) {
      const cv::Vec4b& from = pixels(y, x);
      cv::Vec4b& to = result(y, x);
      for (int c = 0; c < 3; ++c) {
        to[c] = static_cast<uchar>((from[c] * from[3] + ground * (255 - from[3]) + 127) / 255);
      }
      to[3] = 255;
    }
  }
  return result;
}

bool is_opaque(const cv::Mat4b& pixels) {
  for (int y = 0; y < pixels.rows; ++y) {
    int lowest = 255;
    for (int x = 0; x < pixels.cols; ++x) lowest = std::min<int>(lowest, pixels(y, x)[3]);
    if (lowest < 255) return false;
  }
  return true;
}

// White paper, unless nothing shows on it: white strokes on a transparent ground.
cv::Mat4b on_paper(const cv::Mat4b& pixels) {
  if (is_opaque(pixels)) return pixels;
  cv::Mat4b on_white = composite(pixels, 255);
  double darkest = 0;
  cv::minMaxLoc(on_white.reshape(1), &darkest, nullptr);
  return darkest < 255 - kTuning.visible ? on_white : composite(pixels, 0);
}

cv::Vec3f ink_axis(const cv::Mat4b& pixels) {
  cv::Mat detail;
  resized(pixels, std::min(1.0, static_cast<double>(kTuning.thumbnail_side) /
                                    std::max(pixels.cols, pixels.rows)))
      .convertTo(detail, CV_32F);
  cv::Mat around;
  const int reach = std::max(detail.cols, detail.rows) / 3 | 1;
  cv::blur(detail, around, {reach, reach}, {-1, -1}, cv::BORDER_REPLICATE);
  detail -= around;
  const cv::Mat samples = detail.reshape(1, static_cast<int>(detail.total())).colRange(0, 3);
  const cv::Matx33f covariance = cv::Mat(samples.t() * samples);
  cv::Vec3f values;
  cv::Matx33f vectors;
  cv::eigen(covariance, values, vectors);
  if (values[0] < 1e-3F) return kLuminance;
  const cv::Vec3f axis(vectors(0, 0), vectors(0, 1), vectors(0, 2));
  const float sum = axis[0] + axis[1] + axis[2];
  const float length = std::abs(axis[0]) + std::abs(axis[1]) + std::abs(axis[2]);
  return axis * ((sum < 0 ? -1 : 1) / length);
}

cv::Mat1b mixed(const cv::Mat4b& pixels) {
  const cv::Vec3f axis = ink_axis(pixels);
  float offset = 0;
  for (int c = 0; c < 3; ++c) offset -= 255 * std::min(0.0F, axis[c]);
  cv::Mat1b levels;
  cv::transform(pixels, levels, cv::Matx<float, 1, 5>(axis[0], axis[1], axis[2], 0, offset));
  return levels;
}

}  // namespace

cv::Mat1b to_grey(const Image& image, double most_pixels) {
  const bool colour = image.format == PixelFormat::kRgba;
  const cv::Mat whole(image.height, image.width, colour ? CV_8UC4 : CV_8UC1,
                      const_cast<std::uint8_t*>(image.pixels.data()));
  const double pixels = static_cast<double>(image.width) * image.height;
  const double scale = std::min(1.0, std::sqrt(most_pixels / pixels));
  return colour ? mixed(resized(on_paper(whole), scale)) : cv::Mat1b(resized(whole, scale));
}

Pyramid::Pyramid(cv::Mat1b grey, const cv::Size& size) : halves_{std::move(grey)}, size_(size) {
  constexpr int kLeastSide = 32;  // below it there is nothing to save
  while (std::min(halves_.back().rows, halves_.back().cols) >= 2 * kLeastSide) {
    const cv::Mat1b& last = halves_.back();
    // Without an odd last row or column, which is less than one pixel of this half.
    const cv::Mat1b even = last(cv::Rect(0, 0, last.cols / 2 * 2, last.rows / 2 * 2));
    cv::Mat1b half;
    cv::resize(even, half, {last.cols / 2, last.rows / 2}, 0, 0, cv::INTER_AREA);
    halves_.push_back(half);
  }
}

cv::Size scaled_size(const cv::Size& size, double scale) {
  return {std::max(1, cvRound(size.width * scale)), std::max(1, cvRound(size.height * scale))};
}

cv::Size with_margins(const cv::Size& scaled) {
  const auto whole_cells = [](int length) {
    return (length + 2 * kMargin + kPageCell - 1) / kPageCell * kPageCell;
  };
  return {whole_cells(scaled.width), whole_cells(scaled.height)};
}

Level Pyramid::level_at(double scale) const {
  const cv::Size wanted = scaled_size(size_, scale);
  const auto enough =
      std::find_if(halves_.rbegin(), halves_.rend() - 1, [&](const cv::Mat1b& half) {
        return half.cols >= wanted.width && half.rows >= wanted.height;
      });
  cv::Mat1b scaled = *enough;
  if (wanted != scaled.size()) {
    const bool shrinks = wanted.area() < scaled.size().area();
    cv::resize(*enough, scaled, wanted, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
  }
  Level level{.levels = {},
              .margin = kMargin,
              .scale_x = static_cast<double>(wanted.width) / size_.width,
              .scale_y = static_cast<double>(wanted.height) / size_.height};
  const cv::Size whole = with_margins(wanted);
  cv::copyMakeBorder(scaled, level.levels, kMargin, whole.height - wanted.height - kMargin, kMargin,
                     whole.width - wanted.width - kMargin, cv::BORDER_REPLICATE);
  return level;
}

}  // namespace mnist::reading
