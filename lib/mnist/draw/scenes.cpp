// Back to front: paper, rules, ink, light; then the camera: blur, noise, compression. Ink dims what
// is under it (paper and rules alike) by its opacity; light multiplies both.
#include "mnist/draw/scenes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include <opencv2/imgproc.hpp>

#include "mnist/draw/camera.h"
#include "mnist/draw/handwriting.h"
#include "mnist/draw/scene_setting.h"

namespace mnist {

using namespace pen;
using namespace scene;

namespace {

// Where rules are, 0 to 1: a family of lines `gap` apart whose direction leans a little.
void add_rules(const Setting& setting, bool upright, double lean, double phase, cv::Mat1f& rules) {
  for (int y = 0; y < rules.rows; ++y) {
    for (int x = 0; x < rules.cols; ++x) {
      const double across = upright ? x - lean * y : y + lean * x;
      const double at = across / setting.rule_gap + phase;
      const double off = std::abs(at - std::floor(at) - 0.5) * setting.rule_gap;
      const double ink = std::clamp(setting.rule_width / 2 - off + 0.5, 0.0, 1.0);
      rules(y, x) = std::max(rules(y, x), static_cast<float>(ink));
    }
  }
}

// A box, a circle or lines for the digit whose box is `ink`.
cv::Mat1f form_around(const cv::Rect& ink, Form kind, const Setting& setting, Dice& dice) {
  constexpr int kShift = 4;  // binary places of a coordinate
  constexpr int kOne = 1 << kShift;
  cv::Mat1b form(setting.size, 0);
  const int width = std::max(1, cvRound(setting.rule_width));
  const auto gap = [&] { return dice.uniform(0.12, 0.3) * setting.unit + width; };
  const auto at = [](double x, double y) {
    return cv::Point(cvRound(x * kOne), cvRound(y * kOne));
  };
  const double left = ink.x - gap();
  const double right = ink.br().x + gap();
  const double top = ink.y - gap();
  const double bottom = ink.br().y + gap();
  switch (kind) {
    case Form::kBox:
      cv::rectangle(form, at(left, top), at(right, bottom), 255, width, cv::LINE_AA, kShift);
      break;
    case Form::kCircle: {
      const double radius = std::hypot(ink.width, ink.height) / 2 + gap() / 2;
      const double oblong = dice.uniform(1.0, 1.1);
      const double lean = dice.uniform(-30, 30);  // degrees
      cv::ellipse(form, at(ink.x + ink.width / 2.0, ink.y + ink.height / 2.0),
                  at(radius * oblong, radius), lean, 0, 360, 255, width, cv::LINE_AA, kShift);
      break;
    }
    case Form::kUnderline: {
      const double slope = dice.uniform(-0.02, 0.02) * setting.unit;
      const int lines = dice.chance(0.3) ? 2 : 1;
      for (int i = 0; i < lines; ++i) {
        const double y = bottom + 2.5 * i * width;
        cv::line(form, at(left, y - slope), at(right, y + slope), 255, width, cv::LINE_AA, kShift);
      }
      break;
    }
  }
  cv::Mat1f where;
  form.convertTo(where, CV_32F, 1.0 / 255);
  return where;
}

void lay(const Colour& colour, const cv::Mat1f& where, cv::Mat3f& picture) {
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      picture(y, x) += (colour - picture(y, x)) * where(y, x);
    }
  }
}

// Light lost from one side to the other, and in a half-plane with a soft edge.
cv::Mat1f light_of(const Setting& setting, Dice& dice) {
  const double across = dice.uniform(-1, 1);
  const double down = dice.uniform(-1, 1);
  const double length = std::max(0.1, std::sqrt(across * across + down * down));
  const double edge = dice.uniform(-0.15, 0.15);
  const double softness = dice.uniform(0.04, 0.15);
  cv::Mat1f light(setting.size);
  for (int y = 0; y < light.rows; ++y) {
    for (int x = 0; x < light.cols; ++x) {
      const double u = (x + 0.5) / light.cols - 0.5;
      const double v = (y + 0.5) / light.rows - 0.5;
      const double way = (across * u + down * v) / length;
      const double in_shadow = std::clamp((way - edge) / softness + 0.5, 0.0, 1.0);
      light(y, x) =
          static_cast<float>((1 - setting.fall * (way + 0.5)) * (1 - setting.shadow * in_shadow));
    }
  }
  return light;
}

Image to_image(const cv::Mat3f& picture) {
  Image image{
      .width = picture.cols, .height = picture.rows, .format = PixelFormat::kRgba, .pixels = {}};
  image.pixels.reserve(image.pixel_count() * 4);
  for (const cv::Vec3f& pixel : picture) {
    for (int c = 0; c < 3; ++c) image.pixels.push_back(cv::saturate_cast<std::uint8_t>(pixel[c]));
    image.pixels.push_back(255);
  }
  return image;
}

// `ink`: where the pen has been, 0 to 1.
Image photograph(cv::Mat1f ink, const Setting& setting, Dice& dice) {
  cv::Mat3f picture(setting.size, setting.paper);
  if (setting.stains > 0) {
    const cv::Mat1f stains = setting.stains * waves(setting.size, 6, dice);
    for (int y = 0; y < picture.rows; ++y) {
      for (int x = 0; x < picture.cols; ++x) picture(y, x) += grey(stains(y, x));
    }
  }
  if (setting.rule_gap > 0) {
    cv::Mat1f rules(setting.size, 0.0F);
    const double lean = dice.normal(0.0, 0.015);
    const double phase = dice.uniform(0, 1);
    add_rules(setting, false, lean, phase, rules);
    if (setting.squared) add_rules(setting, true, lean, dice.uniform(0, 1), rules);
    lay(setting.rule, rules, picture);
  }
  if (setting.cell > 0) {
    cv::Mat1f frame(setting.size, 1.0F);
    const auto edge = [&] { return static_cast<int>(dice.uniform(0.0, 1.0) * setting.cell); };
    const int left = edge();
    const int top = edge();
    const int right = edge();
    const int border = std::max(1, cvRound(setting.cell));
    frame(cv::Rect(left + border, top, setting.size.width - left - right - border,
                   setting.size.height - top - border))
        .setTo(0);
    lay(grey(40), frame, picture);
  }
  if (setting.form) {
    const cv::Rect box = cv::boundingRect(cv::Mat1b(ink > 0.5));
    lay(setting.rule, form_around(box, *setting.form, setting, dice), picture);
  }
  ink *= setting.opacity;
  if (setting.uneven_ink > 0) {
    const cv::Mat1f fading = 1 - setting.uneven_ink * (0.5 + 0.5 * waves(setting.size, 24, dice));
    ink = ink.mul(fading);
  }
  lay(setting.ink, ink, picture);
  const cv::Mat1f light = light_of(setting, dice);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) picture(y, x) *= light(y, x);
  }
  cv::GaussianBlur(picture, picture, {0, 0}, setting.blur);
  // Three uniform numbers are normal enough for a million pixels.
  const auto noise = [&] {
    const double sum = dice.uniform(-1, 1) + dice.uniform(-1, 1) + dice.uniform(-1, 1);
    return setting.noise * sum;
  };
  for (cv::Vec3f& pixel : picture) {
    const auto grain = static_cast<float>(noise());
    for (int c = 0; c < 3; ++c) pixel[c] += grain;
  }
  if (setting.coarse > 0) {
    std::vector<cv::Mat1f> channels;
    cv::split(picture, channels);
    for (cv::Mat1f& channel : channels) compress(setting.coarse, channel);
    cv::merge(channels, picture);
  }
  return to_image(picture);
}

cv::Mat1f ink_of(const Drawing& drawing, const Placement& placement, const cv::Size& size) {
  const std::vector<double> values = coverage(drawing, placement, size.width, size.height, 1.0);
  cv::Mat1f ink(size);
  std::transform(values.begin(), values.end(), ink.begin(),
                 [](double value) { return static_cast<float>(value); });
  return ink;
}

}  // namespace

Image photographed(const Drawing& drawing, Scene scene, std::mt19937_64& engine) {
  Dice dice(engine);
  const Setting setting = setting_of(scene, dice);
  Drawing drawn = drawing;
  if (setting.pen > 0) drawn.thickness = setting.pen;
  cv::Mat1f ink = ink_of(drawn, {setting.at.x, setting.at.y, setting.unit}, setting.size);
  return photograph(ink, setting, dice);
}

Image photographed(const Digit& digit, Scene scene, std::mt19937_64& engine) {
  Dice dice(engine);
  const Setting setting = setting_of(scene, dice);
  const cv::Mat1f page(kDigitSide, kDigitSide, const_cast<float*>(digit.ink.data()));
  const cv::Rect box = cv::boundingRect(cv::Mat1b(page > 0));
  cv::Mat1f ink(setting.size, 0.0F);
  if (box.empty()) return photograph(ink, setting, dice);
  const double scale = setting.unit / std::max(box.width, box.height);
  cv::Mat1f large;
  cv::resize(page(box), large, {cvRound(box.width * scale), cvRound(box.height * scale)}, 0, 0,
             cv::INTER_CUBIC);
  // Enlarging softens the outline: this makes it as sharp as a pen's again.
  const double sharpness = std::max(1.0, scale / 2);
  large = (large - 0.5) * sharpness + 0.5;
  cv::min(large, 1.0, large);
  cv::max(large, 0.0, large);
  const cv::Point at(cvRound(setting.at.x + (setting.unit - large.cols) / 2),
                     cvRound(setting.at.y + (setting.unit - large.rows) / 2));
  const cv::Rect place = cv::Rect(at, large.size()) & cv::Rect({0, 0}, setting.size);
  large(place - at).copyTo(ink(place));
  return photograph(ink, setting, dice);
}

PhotographedPage photographed_page(const std::vector<std::vector<Drawing>>& rows, bool touching,
                                   std::mt19937_64& engine) {
  Dice dice(engine);
  constexpr double kMargin = 40;
  const double height = dice.uniform(50, 90);
  const double slope = dice.normal(0.0, 0.03);
  const double pen = height * dice.uniform(0.07, 0.12);
  PhotographedPage page;
  std::vector<Drawing> all;
  double right = 0;
  double y = kMargin + height / 2;
  for (const std::vector<Drawing>& row : rows) {
    double x = kMargin + dice.uniform(0, height);
    bool joins = false;
    for (const Drawing& digit : row) {
      const double size = height * dice.uniform(0.85, 1.15);
      Drawing placed = place(digit, {0, 0}, size);
      const Bounds bounds = bounds_of(placed.strokes);
      const double rise = slope * x + dice.normal(0.0, 0.04 * height);
      placed = place(placed, {x - bounds.left, y + rise - bounds.centre().y}, 1.0);
      all.push_back(placed);
      const Bounds at = bounds_of(placed.strokes);
      page.boxes.push_back({.x = static_cast<int>(at.left - pen / 2),
                            .y = static_cast<int>(at.top - pen / 2),
                            .width = static_cast<int>(at.right - at.left + pen),
                            .height = static_cast<int>(at.bottom - at.top + pen)});
      // Never three in a row that touch: nobody could read them.
      joins = touching && !joins && dice.chance(0.5);
      x = at.right +
          (joins ? dice.uniform(-0.02, 0.05) * height : pen + dice.uniform(0.12, 0.4) * height);
    }
    right = std::max(right, x);
    y += height * dice.uniform(1.5, 1.8);
  }
  Setting setting = plain_setting(dice);
  setting.size = {cvRound(right + kMargin), cvRound(y)};
  Drawing drawing = combine(all);
  drawing.thickness = pen;
  page.picture = photograph(ink_of(drawing, {0, 0, 1}, setting.size), setting, dice);
  return page;
}

}  // namespace mnist
