// A sheet is laid out and written on (sheet.h), turned and photographed (camera.h); then the ground
// truth is measured on the turned ink, so boxes fit what is seen.
#include "mnist/draw/page.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "mnist/base/error.h"
#include "mnist/draw/camera.h"
#include "mnist/draw/layout.h"
#include "mnist/draw/sheet.h"

namespace mnist {
namespace {

using namespace pen;

constexpr float kInked = 0.35F;           // ink that counts for a mark's box
constexpr double kSeen = 0.7;             // of a mark's ink: with less left, it is unreadable
constexpr double kSignsAlone = 0.2;       // of small pictures that need not be empty
constexpr double kCutOut = 0.3;           // of small pictures: hardly larger than what is written
constexpr double kLittered = 0.2;         // of all pages
constexpr double kDisturbed = 0.35;       // of pages
constexpr double kSmallDisturbed = 0.55;  // of small pictures: what lies over one digit hides more
constexpr double kHairline = 0.12;  // of all pages: a thin pen on a large sheet, seen from afar

// From the turned ink: boxes, and what can no longer be read.
void measure(Sheet& sheet, double largest) {
  const std::size_t count = sheet.marks.size();
  std::vector<Bounds> boxes(count);
  std::vector<double> masses(count, 0.0);
  for (int y = 0; y < sheet.own.rows; ++y) {
    for (int x = 0; x < sheet.own.cols; ++x) {
      const std::int16_t owner = sheet.owner(y, x);
      if (owner < 0) continue;
      const auto mark = static_cast<std::size_t>(owner);
      masses[mark] += sheet.own(y, x);
      if (sheet.own(y, x) < kInked) continue;
      boxes[mark].add({static_cast<double>(x), static_cast<double>(y)});
      boxes[mark].add({x + 1.0, y + 1.0});
    }
  }
  std::vector<std::int16_t> renamed(count, -1);
  std::vector<PageMark> kept;
  for (std::size_t i = 0; i < count; ++i) {
    PageMark mark = sheet.marks[i];
    const bool is_seen = masses[i] > kSeen * sheet.masses[i];
    // What is left of something too large to be found here is just another stroke.
    const bool is_large = std::max(mark.width, mark.height) > 1.3 * largest;
    if (boxes[i].empty() || (!is_seen && is_large)) continue;
    if (!is_seen) mark.kind = kUnreadableMark;
    mark.x = static_cast<float>(boxes[i].left);
    mark.y = static_cast<float>(boxes[i].top);
    mark.width = static_cast<float>(boxes[i].right - boxes[i].left);
    mark.height = static_cast<float>(boxes[i].bottom - boxes[i].top);
    renamed[i] = static_cast<std::int16_t>(kept.size());
    kept.push_back(mark);
  }
  for (int y = 0; y < sheet.own.rows; ++y) {
    for (int x = 0; x < sheet.own.cols; ++x) {
      std::int16_t& owner = sheet.owner(y, x);
      if (owner >= 0) owner = renamed[static_cast<std::size_t>(owner)];
      if (owner >= 0 && kept[static_cast<std::size_t>(owner)].kind >= 0) continue;
      sheet.other(y, x) = std::max(sheet.other(y, x), sheet.own(y, x));
      sheet.own(y, x) = 0;
    }
  }
  sheet.marks = std::move(kept);
}

std::string text_of(const std::vector<PageMark>& marks) {
  std::string text;
  int row = -1;
  for (const PageMark& mark : marks) {
    if (mark.kind > 9) continue;
    if (!text.empty() && mark.row != row) text += '-';
    row = mark.row;
    text += mark.kind < 0 ? '?' : static_cast<char>('0' + mark.kind);
  }
  return text;
}

// Crops a small picture to what is written on it, as digits are cut out of a form; the cut may
// shave a stroke. Some paper stays around a 1, or nobody could tell it from a line that continues.
void crop(Sheet& sheet, double side, Dice& dice) {
  Bounds written;
  bool has_bar = false;
  for (const PageMark& mark : sheet.marks) {
    has_bar = has_bar || mark.kind == 1;
    written.add({mark.x, mark.y});
    written.add({mark.x + mark.width, mark.y + mark.height});
  }
  if (written.empty()) return;
  const auto margin = [&] {
    const double most = dice.chance(0.5) ? 0.1 : 0.4;
    return side * dice.uniform(-0.02, most);
  };
  const double least = has_bar ? 1.0 : -1.0;
  double left = written.left - std::max(least, margin());
  double top = written.top - std::max(least, margin());
  double right = written.right + std::max(least, margin());
  double bottom = written.bottom + std::max(least, margin());
  const double kept_way = dice.uniform(0.0, 1.0);  // a long 1 on a square sheet
  if (kept_way < 0.3) {
    left = 0;
    right = sheet.size().width;
  } else if (kept_way < 0.4) {
    top = 0;
    bottom = sheet.size().height;
  }
  const cv::Rect kept =
      cv::Rect(cv::Point(cvFloor(left), cvFloor(top)), cv::Point(cvCeil(right), cvCeil(bottom))) &
      cv::Rect({0, 0}, sheet.size());
  const auto cut = [&](auto& layer) { layer = layer(kept).clone(); };
  cut(sheet.print);
  cut(sheet.ink);
  cut(sheet.own);
  cut(sheet.other);
  cut(sheet.owner);
  for (PageMark& mark : sheet.marks) {
    mark.x -= static_cast<float>(kept.x);
    mark.y -= static_cast<float>(kept.y);
  }
}

// Puts a small picture somewhere on the page, its edges continued outwards.
void frame(cv::Mat1f& picture, Sheet& sheet, const PageOptions& options, Dice& dice) {
  const int spare_x = options.width - picture.cols;
  const int spare_y = options.height - picture.rows;
  const int left = static_cast<int>(dice.below(static_cast<std::size_t>(spare_x) + 1));
  const int top = static_cast<int>(dice.below(static_cast<std::size_t>(spare_y) + 1));
  const auto pad = [&](auto& layer, int border, const cv::Scalar& value) {
    cv::copyMakeBorder(layer.clone(), layer, top, spare_y - top, left, spare_x - left, border,
                       value);
  };
  pad(picture, cv::BORDER_REPLICATE, {});
  pad(sheet.own, cv::BORDER_CONSTANT, cv::Scalar(0));
  pad(sheet.other, cv::BORDER_CONSTANT, cv::Scalar(0));
  pad(sheet.owner, cv::BORDER_CONSTANT, cv::Scalar(-1));
  for (PageMark& mark : sheet.marks) {
    mark.x += static_cast<float>(left);
    mark.y += static_cast<float>(top);
  }
}

double log_uniform(double low, double high, Dice& dice) {
  return low * std::exp2(dice.uniform(0.0, 1.0) * std::log2(high / low));
}

std::uint8_t byte(float value) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0F, 1.0F)));
}

}  // namespace

DrawnPage draw_page(const PageOptions& options, std::mt19937_64& engine) {
  if (options.width < 32 || options.height < 32) {
    throw Error(ErrorKind::kUsage, "a page must be at least 32 pixels wide and high");
  }
  Dice dice(engine);
  const double regime = dice.uniform(0.0, 1.0);
  double side = log_uniform(options.least_digit, options.largest_digit, dice);
  if (regime < options.huge) {
    side = log_uniform(1.3 * options.largest_digit, 6 * options.largest_digit, dice);
  } else if (regime < options.huge + options.tiny) {
    side = log_uniform(0.35 * options.least_digit, 0.75 * options.least_digit, dice);
  }
  PageOptions sheet_options = options;
  const bool is_small = dice.chance(options.small_picture) && side < options.width;
  if (is_small) {
    const double shorter = std::max(12.0, side / dice.uniform(0.4, 1.0));
    const double longer = shorter * (dice.chance(0.5) ? 1.0 : dice.uniform(1.0, 2.2));
    const bool upright = dice.chance(0.5);
    sheet_options.width = std::min(options.width, cvCeil(upright ? shorter : longer));
    sheet_options.height = std::min(options.height, cvCeil(upright ? longer : shorter));
  }
  Sheet sheet({sheet_options.width, sheet_options.height});
  Writing writing = any_writing(options.images, engine);
  if (dice.chance(kHairline)) {
    writing.pen = 0;  // the thinnest that can be drawn
    writing.weight = std::min(writing.weight, -0.1);
    sheet.strength = dice.uniform(0.12, 0.7);
  }
  Layout layout{sheet, sheet_options, engine, Dice(engine), writing, side};
  const bool is_empty = dice.chance(options.empty);
  if (is_small && !options.rows_only) {
    if (dice.chance(0.25)) print_paper(sheet, side, dice);
    few(layout, is_empty || dice.chance(kSignsAlone));
  } else {
    lay_out(layout, is_empty);
  }
  if (!options.rows_only && dice.chance(kLittered)) litter(sheet, side, dice);
  tilt(sheet, dice);
  measure(sheet, options.largest_digit);
  if (is_small && dice.chance(kCutOut)) crop(sheet, side, dice);
  cv::Mat1f picture = photograph(sheet, std::min(side, 2 * options.largest_digit), dice);
  if (!options.rows_only && dice.chance(is_small ? kSmallDisturbed : kDisturbed)) {
    disturb(picture, side, dice);
  }
  if (is_small) frame(picture, sheet, options, dice);

  DrawnPage page;
  page.picture = {
      .width = options.width, .height = options.height, .format = PixelFormat::kGrey, .pixels = {}};
  page.picture.pixels.reserve(page.picture.pixel_count());
  for (const float level : picture) page.picture.pixels.push_back(byte(level));
  page.ink.reserve(page.picture.pixel_count());
  for (const float ink : sheet.own) page.ink.push_back(byte(ink));
  page.other.reserve(page.picture.pixel_count());
  for (const float ink : sheet.other) page.other.push_back(byte(ink));
  page.owner.assign(sheet.owner.begin(), sheet.owner.end());
  page.marks = std::move(sheet.marks);
  page.text = text_of(page.marks);
  page.has_order = layout.has_order;
  return page;
}

}  // namespace mnist
