#include "mnist/draw/writing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>

namespace mnist::pen {
namespace {

constexpr std::array<int, kFonts> kFontFaces = {cv::FONT_HERSHEY_SIMPLEX, cv::FONT_HERSHEY_DUPLEX,
                                                cv::FONT_HERSHEY_COMPLEX, cv::FONT_HERSHEY_TRIPLEX,
                                                cv::FONT_HERSHEY_PLAIN};

// Turned, slanted and stretched about the origin.
struct Lean {
  double xx, xy, yx, yy;

  Lean(const Writing& writing, double jitter_turn, double jitter_slant) {
    const double half = (writing.turn + jitter_turn) / 2;
    const double cosine = (1 - half * half) / (1 + half * half);
    const double sine = 2 * half / (1 + half * half);
    const double slant = writing.slant + jitter_slant;
    xx = cosine * writing.stretch;
    xy = -cosine * slant - sine;
    yx = sine * writing.stretch;
    yy = cosine - sine * slant;
  }
  Point operator()(Point p) const { return {xx * p.x + xy * p.y, yx * p.x + yy * p.y}; }
};

cv::Mat1f ink_of_drawn_digit(int digit, const Writing& writing, double side,
                             std::mt19937_64& engine) {
  Drawing drawing = draw_digit(digit, writing.writer, engine);
  Dice dice(engine);
  if (writing.is_distorted) {
    Writing lean = writing;
    // Turned far, a 1 with a flag becomes a 7, and a 7 a 1.
    if (digit == 1 || digit == 7) lean.turn = std::clamp(lean.turn, -0.12, 0.12);
    transform(drawing.strokes, Lean(lean, 0, 0));
  }
  return ink_of_strokes(std::move(drawing.strokes), writing.pen, side, dice.uniform(0.9, 1.6));
}

// The index of an image that shows `digit`, at random.
std::size_t any_image(int digit, const DigitImages& images, Dice& dice) {
  constexpr int kTries = 400;
  std::size_t index = dice.below(images.labels.size());
  for (int i = 0; i < kTries && images.labels[index] != digit; ++i) {
    index = dice.below(images.labels.size());
  }
  return index;
}

cv::Mat1f image_at(std::size_t index, const DigitImages& images) {
  cv::Mat1f image(kDigitSide, kDigitSide);
  const auto pixels = images.pixels.subspan(index * kDigitPixels, kDigitPixels);
  std::transform(pixels.begin(), pixels.end(), image.begin(),
                 [](std::uint8_t ink) { return static_cast<float>(ink) / 255.0F; });
  const cv::Rect box = cv::boundingRect(cv::Mat1b(image > 0.2F));
  return box.empty() ? image : image(box).clone();
}

// Spreads the greys again, so an enlarged image keeps a pen's sharp edges.
void harden(cv::Mat1f& ink, double gain, double weight) {
  for (float& value : ink) {
    value = static_cast<float>(std::clamp((value - 0.5 + weight) * gain + 0.5, 0.0, 1.0));
    if (value < 0.02F) value = 0;
  }
}

cv::Mat1f ink_of_image(int digit, const Writing& writing, double side, const DigitImages& images,
                       Dice& dice) {
  cv::Mat1f image = image_at(any_image(digit, images, dice), images);
  const double turn = dice.normal(0.0, 0.03);
  const Lean lean(writing, turn, dice.normal(0.0, 0.04));
  const cv::Rect2d frame(-image.cols / 2.0, -image.rows / 2.0, image.cols, image.rows);
  Bounds bounds;
  for (const Point corner : {Point{frame.x, frame.y}, Point{-frame.x, frame.y},
                             Point{frame.x, -frame.y}, Point{-frame.x, -frame.y}}) {
    bounds.add(lean(corner));
  }
  double scale = side / bounds.longer_side();
  if (scale < 0.75) {
    cv::Mat1f smaller;
    cv::resize(image, smaller,
               {std::max(1, cvRound(image.cols * scale)), std::max(1, cvRound(image.rows * scale))},
               0, 0, cv::INTER_AREA);
    image = smaller;
    scale = 1.0;
  }
  const double shrunk = image.rows / frame.height;
  const cv::Size size(std::max(1, cvCeil(shrunk * scale * (bounds.right - bounds.left)) + 2),
                      std::max(1, cvCeil(shrunk * scale * (bounds.bottom - bounds.top)) + 2));
  cv::Matx23d map(scale * lean.xx, scale * lean.xy, 0, scale * lean.yx, scale * lean.yy, 0);
  map(0, 2) = size.width / 2.0 - (map(0, 0) * image.cols + map(0, 1) * image.rows) / 2;
  map(1, 2) = size.height / 2.0 - (map(1, 0) * image.cols + map(1, 1) * image.rows) / 2;
  cv::Mat1f result;
  cv::warpAffine(image, result, map, size, cv::INTER_CUBIC, cv::BORDER_CONSTANT, 0);
  harden(result, 1 + writing.hardness * std::max(0.2, scale), writing.weight);
  return result;
}

}  // namespace

Writing any_writing(const DigitImages& images, std::mt19937_64& engine) {
  Writing writing;
  writing.writer = draw_writer(engine);
  Dice dice(engine);
  // Half of the writers belong to no region, so ways of writing that are rare everywhere are
  // learned too.
  if (dice.chance(0.5)) {
    for (int digit = 0; digit < kClasses; ++digit) {
      writing.writer.styles[static_cast<std::size_t>(digit)] =
          static_cast<std::uint8_t>(dice.below(style_names(digit).size()));
    }
  }
  const double source = dice.uniform(0.0, 1.0);
  if (source < 0.40 && !images.labels.empty()) {
    writing.source = Writing::Source::kImages;
  } else if (source > 0.95) {
    writing.source = Writing::Source::kFont;
  }
  const double thin = dice.uniform(0.0, 1.0);
  writing.pen = 0.035 + 0.16 * thin * thin + (dice.chance(0.06) ? 0.1 : 0.0);
  writing.turn = dice.normal(0.0, 0.06);
  writing.slant = dice.normal(0.03, 0.12);
  writing.stretch = std::clamp(dice.normal(1.0, 0.14), 0.65, 1.45);
  writing.is_distorted = dice.chance(0.15);
  if (writing.is_distorted) {  // a drawing stretched to fit, a hand on a small screen
    writing.stretch = std::exp2(dice.uniform(-0.9, 1.0));
    writing.turn = dice.normal(0.0, 0.22);
  }
  writing.hardness = dice.uniform(0.0, 2.0);
  writing.weight = dice.normal(0.0, 0.14);
  writing.font = static_cast<int>(dice.below(kFonts));
  writing.font_thickness = 2 + static_cast<int>(dice.below(5));
  return writing;
}

cv::Mat1f ink_of_strokes(std::vector<Stroke> strokes, double pen, double side, double softness) {
  const Bounds bounds = bounds_of(strokes);
  if (bounds.empty()) return {};
  const double width = std::max(0.8, pen * side);
  const double scale = std::max(0.5, side - width) / std::max(1e-6, bounds.longer_side());
  const double margin = width / 2 + softness / 2;
  const auto pixels = [&](double length) {
    return std::max(1, static_cast<int>(std::ceil(scale * length + 2 * margin)));
  };
  cv::Mat1f result(pixels(bounds.bottom - bounds.top), pixels(bounds.right - bounds.left));
  const Drawing drawing{std::move(strokes), width / scale};
  const Placement placement{margin - scale * bounds.left, margin - scale * bounds.top, scale};
  const std::vector<double> ink = coverage(drawing, placement, result.cols, result.rows, softness);
  std::copy(ink.begin(), ink.end(), result.begin());
  return result;
}

cv::Mat1f ink_of_text(const std::string& text, int font, int thickness, double side, Dice& dice) {
  constexpr double kSize = 2.0;
  const int face = kFontFaces[static_cast<std::size_t>(font)];
  int below = 0;
  const cv::Size extent = cv::getTextSize(text, face, kSize, thickness, &below);
  cv::Mat1b canvas(extent.height + below + 24, extent.width + 24, uchar{0});
  cv::putText(canvas, text, {12, 12 + extent.height}, face, kSize, 255, thickness, cv::LINE_AA);
  const cv::Rect box = cv::boundingRect(canvas);
  if (box.empty()) return {};
  const double scale = side / (text.size() > 1 ? extent.height : std::max(box.width, box.height));
  const cv::Size size(std::max(1, cvRound(box.width * scale)),
                      std::max(1, cvRound(box.height * scale * dice.uniform(0.9, 1.1))));
  cv::Mat1b scaled;
  cv::resize(canvas(box), scaled, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  cv::Mat1f result;
  scaled.convertTo(result, CV_32F, 1.0 / 255);
  return result;
}

cv::Mat1f ink_of_digit(int digit, const Writing& writing, double side, const DigitImages& images,
                       std::mt19937_64& engine) {
  Dice dice(engine);
  switch (writing.source) {
    case Writing::Source::kImages:
      return ink_of_image(digit, writing, side, images, dice);
    case Writing::Source::kFont:
      return ink_of_text(std::to_string(digit), writing.font, writing.font_thickness, side, dice);
    case Writing::Source::kStrokes:
      break;
  }
  return ink_of_drawn_digit(digit, writing, side, engine);
}

}  // namespace mnist::pen
