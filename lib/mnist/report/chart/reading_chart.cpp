#include "mnist/report/chart/reading_chart.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "mnist/digit/picture.h"
#include "mnist/report/number_text.h"

namespace mnist::chart {
namespace {

constexpr double kPictureWidth = 480;  // of the picture, at most
constexpr double kPictureHeight = 640;
constexpr double kMargin = 16;
constexpr double kRowHeight = 72;
constexpr double kTile = 56;
constexpr double kBarsWidth = 160;
constexpr double kWordsWidth = 300;
constexpr std::size_t kMostRows = 100;

// A part of `picture`, reduced to `most` pixels across or down: cairo drops pixels when it shrinks.
Image shrunk(const Image& picture, const cv::Rect& part, double most) {
  const cv::Mat whole(picture.height, picture.width,
                      picture.format == PixelFormat::kGrey ? CV_8UC1 : CV_8UC4,
                      const_cast<std::uint8_t*>(picture.pixels.data()));
  cv::Mat pixels = whole(part).clone();
  const double scale = most / std::max(part.width, part.height);
  if (scale < 1) {
    cv::resize(pixels, pixels, {}, scale, scale, cv::INTER_AREA);
  }
  Image result{.width = pixels.cols,
               .height = pixels.rows,
               .format = picture.format,
               .pixels = {pixels.datastart, pixels.dataend}};
  return result;
}

// In pixels of `picture`.
cv::Rect place_of(const Box& box, const Image& picture) {
  const cv::Rect place(static_cast<int>(box.x / picture.scale_x),
                       static_cast<int>(box.y / picture.scale_y),
                       std::max(1, static_cast<int>(std::lround(box.width / picture.scale_x))),
                       std::max(1, static_cast<int>(std::lround(box.height / picture.scale_y))));
  return place & cv::Rect(0, 0, picture.width, picture.height);
}

std::string verdict(const Find& find) {
  const Prediction& prediction = find.prediction;
  if (find.kind != FindKind::kDigit || !prediction.digit) return to_string(find.kind);
  std::string text =
      std::to_string(*prediction.digit) + ", confidence " + fixed_text(prediction.confidence, 3);
  if (prediction.rejection) text += std::string("; rejected: ") + to_string(*prediction.rejection);
  return text;
}

Color color_of(const Find& find) {
  if (find.kind != FindKind::kDigit) return Color::kMuted;
  return find.prediction.rejection ? Color::kSecond : Color::kFirst;
}

void add_outline(const cv::Rect2d& box, Color color, std::vector<Shape>& shapes) {
  const double right = box.x + box.width;
  const double bottom = box.y + box.height;
  shapes.push_back(Line{
      .points = {{box.x, box.y}, {right, box.y}, {right, bottom}, {box.x, bottom}, {box.x, box.y}},
      .color = color,
      .width = 1.5});
}

// The ten probabilities as bars; behind them, in grey, what the page network took it for.
void add_bars(const Find& find, Point corner, std::vector<Shape>& shapes) {
  const double step = kBarsWidth / kClasses;
  const double height = kTile - 14;
  for (int c = 0; c < kClasses; ++c) {
    const double x = corner.x + c * step;
    const auto bar = [&](double share, double inset, Color color) {
      shapes.push_back(Rectangle{.corner = {x + inset, corner.y + height * (1 - share)},
                                 .width = step - 2 * inset,
                                 .height = height * share,
                                 .fill = color});
    };
    bar(find.first_look[static_cast<std::size_t>(c)], 1.5, Color::kGrid);
    bar(find.prediction.probabilities[static_cast<std::size_t>(c)], 4.0, color_of(find));
    shapes.push_back(Text{.at = {x + step / 2, corner.y + kTile - 3},
                          .text = std::to_string(c),
                          .size = 10,
                          .color = Color::kMuted,
                          .anchor = Anchor::kMiddle});
  }
}

void add_tile(Image image, Point corner, std::vector<Shape>& shapes) {
  const double scale = kTile / std::max(image.width, image.height);
  shapes.push_back(Picture{.corner = corner,
                           .width = image.width * scale,
                           .height = image.height * scale,
                           .image = std::move(image)});
}

void add_row(const Image& picture, const Find& find, std::size_t number, Point corner,
             std::vector<Shape>& shapes) {
  double x = corner.x;
  shapes.push_back(Text{.at = {x, corner.y + kTile / 2},
                        .text = std::to_string(number),
                        .size = 12,
                        .color = color_of(find),
                        .bold = true});
  x += 28;
  const cv::Rect place = place_of(find.box, picture);
  if (!place.empty()) add_tile(shrunk(picture, place, 2 * kTile), {x, corner.y}, shapes);
  x += kTile + 10;
  if (find.kind == FindKind::kDigit) {
    add_tile(picture_of(find.digit), {x, corner.y}, shapes);
    add_bars(find, {x + kTile + 10, corner.y}, shapes);
  }
  x += kTile + kBarsWidth + 24;
  const auto add_words = [&](double down, const std::string& words, Color color, bool bold) {
    shapes.push_back(
        Text{.at = {x, corner.y + down}, .text = words, .size = 11, .color = color, .bold = bold});
  };
  add_words(14, verdict(find), Color::kText, true);
  add_words(30, "found with score " + fixed_text(find.score, 3), Color::kMuted, false);
  if (find.kind == FindKind::kDigit) {
    add_words(46, "acceptance as a digit " + fixed_text(find.prediction.acceptance, 3),
              Color::kMuted, false);
  }
}

}  // namespace

Chart draw_reading(const Image& picture, const Page& page) {
  const double scale =
      std::min({kPictureWidth / picture.width, kPictureHeight / picture.height, 12.0});
  const double width = picture.width * scale;
  const double height = picture.height * scale;
  const std::size_t rows = std::min(page.finds.size(), kMostRows);
  Chart drawing{.width = width + 3 * kMargin + 28 + 2 * kTile + kBarsWidth + 34 + kWordsWidth,
                .height = 2 * kMargin +
                          std::max({height, static_cast<double>(rows) * kRowHeight, kRowHeight}),
                .description = "How the picture was read"};
  std::vector<Shape>& shapes = drawing.shapes;
  shapes.push_back(
      Picture{.corner = {kMargin, kMargin},
              .width = width,
              .height = height,
              .image = shrunk(picture, {0, 0, picture.width, picture.height}, 2 * kPictureHeight)});
  const double left = width + 2 * kMargin;
  if (rows == 0) {
    shapes.push_back(Text{.at = {left, kMargin + 14},
                          .text = page.other_writing ? "no digit; other writing" : "nothing found",
                          .size = 12,
                          .bold = true});
  }
  for (std::size_t i = 0; i < page.finds.size(); ++i) {
    const Find& find = page.finds[i];
    const double across = scale / picture.scale_x;
    const double down = scale / picture.scale_y;
    const cv::Rect2d box(kMargin + find.box.x * across, kMargin + find.box.y * down,
                         find.box.width * across, find.box.height * down);
    add_outline(box, color_of(find), shapes);
    if (i >= rows) continue;
    shapes.push_back(Text{.at = {box.x, std::max(11.0, box.y - 3)},
                          .text = std::to_string(i + 1),
                          .size = 11,
                          .color = color_of(find),
                          .bold = true});
    add_row(picture, find, i + 1, {left, kMargin + static_cast<double>(i) * kRowHeight}, shapes);
  }
  return drawing;
}

}  // namespace mnist::chart
