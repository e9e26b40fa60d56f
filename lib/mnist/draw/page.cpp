// A sheet is laid out and written on (sheet.h), turned and photographed (camera.h); then the truth
// is measured on the turned ink, so that boxes fit what is seen.
#include "mnist/draw/page.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "mnist/base/error.h"
#include "mnist/draw/camera.h"
#include "mnist/draw/sheet.h"

namespace mnist {
namespace {

using namespace pen;

constexpr float kInked = 0.35F;        // ink that counts for a mark's box
constexpr double kSeen = 0.7;          // of a mark's ink: with less it is unreadable
constexpr double kSignsAlone = 0.2;    // of small pictures that need not be empty
constexpr double kTiltedMargin = 0.1;  // a page's writing begins within this much of its side

// Everything that a layout works with.
struct Layout {
  Sheet& sheet;
  const PageOptions& options;
  std::mt19937_64& engine;
  Dice dice;
  Writing writing;
  double side;  // of the digits
  int row = 0;
  bool has_order = true;

  int any_digit() { return static_cast<int>(dice.below(10)); }
  double jittered() { return side * std::clamp(dice.normal(1.0, 0.09), 0.7, 1.3); }
};

// What stands between two digits of a row; returns its width with the gaps.
double between(Layout& layout, double left, double middle, double gap) {
  Dice& dice = layout.dice;
  if (!dice.chance(0.10)) return gap;
  const double space = layout.side * dice.uniform(0.08, 0.25);
  const double chance = dice.uniform(0.0, 1.0);
  if (chance < 0.75 || layout.options.rows_only) {
    const int kind = kPointMark + static_cast<int>(dice.below(3));
    return 2 * space + write_separator(layout.sheet, kind, layout.writing, left + space, middle,
                                       layout.side, layout.row, layout.engine);
  }
  return 2 * space + write_sign(layout.sheet, layout.writing.pen, left + space, middle,
                                layout.jittered(), layout.engine);
}

// One line of writing from `left` on, at most to `right`. Returns where it ends.
double write_row(Layout& layout, double left, double right, double middle, double slope) {
  Dice& dice = layout.dice;
  const double side = layout.side;
  const double spacing = dice.chance(0.25) ? dice.uniform(-0.06, 0.06) : dice.uniform(0.05, 0.9);
  const std::size_t count = 1 + dice.below(dice.chance(0.3) ? 24 : 9);
  double x = left;
  if (!layout.options.rows_only && dice.chance(0.12)) {  // "Total:" or a dash before
    const std::size_t letters = 1 + dice.below(5);
    for (std::size_t i = 0; i < letters && x < right; ++i) {
      x += side * 0.15 +
           write_sign(layout.sheet, layout.writing.pen, x, middle, side, layout.engine);
    }
  }
  for (std::size_t i = 0; i < count && x + 0.5 * side < right; ++i) {
    const double at = middle + slope * (x - left) + side * dice.normal(0.0, 0.05);
    const double gap = side * (spacing + dice.normal(0.0, 0.04));
    x += write_digit_after(layout.sheet, layout.any_digit(), layout.writing, x, at,
                           layout.jittered(), layout.options.images, layout.row, layout.engine);
    if (!layout.options.rows_only && dice.chance(0.01)) cross_out(layout.sheet, 0.1, dice);
    x += between(layout, x, at, gap);
    if (dice.chance(0.06)) x += side * dice.uniform(0.3, 1.5);
  }
  return x;
}

void underline(Layout& layout, double left, double right, double middle, double slope) {
  Dice& dice = layout.dice;
  const double y = middle + layout.side * dice.uniform(0.5, 0.8);
  const double reach = layout.side * dice.uniform(-0.2, 0.6);
  draw_lines(dice.chance(0.5) ? layout.sheet.print : layout.sheet.ink,
             {{{left - reach, y}, {right + reach, y + slope * (right - left)}}},
             std::max(0.8, layout.side * dice.uniform(0.02, 0.1)), dice.uniform(0.4, 1.0));
}

void rows(Layout& layout) {
  Dice& dice = layout.dice;
  const double width = layout.options.width;
  const double height = layout.options.height;
  const double side = layout.side;
  const double slope = dice.normal(0.0, 0.03);
  // Where lines are close, as in tally forms, something is often printed between them.
  const bool is_tight = dice.chance(0.35);
  const double pitch = side * (is_tight ? dice.uniform(0.98, 1.35) : dice.uniform(1.25, 2.4));
  const bool has_rules = is_tight && !layout.options.rows_only && dice.chance(0.5);
  const double rule = std::max(0.8, side * dice.uniform(0.02, 0.1));
  const double printed = dice.uniform(0.4, 1.0);
  const double start = dice.uniform(0.0, kTiltedMargin) * width;
  double y = side * dice.uniform(0.55, 1.5);
  if (height < 2.5 * side) y = height / 2 + side * dice.uniform(-0.2, 0.2);
  for (; y + 0.55 * side < height; y += pitch) {
    if (!layout.options.rows_only && dice.chance(0.15)) {
      print_word(layout.sheet, {dice.uniform(0.0, 0.6) * width, y - side / 2},
                 side * dice.uniform(0.4, 1.1), dice.uniform(0.3, 1.0), dice);
      continue;
    }
    const double left = start + side * dice.normal(0.1, 0.3);
    if (has_rules) {
      const double below = y + pitch * dice.normal(0.5, 0.04);
      draw_lines(layout.sheet.print, {{{-1, below}, {width + 1, below}}}, rule, printed);
    }
    if (dice.chance(has_rules ? 0.5 : 0.08)) {  // a rule that ends where the number begins
      draw_lines(layout.sheet.print, {{{-1, y + side * dice.normal(0.0, 0.2)}, {left, y}}},
                 std::max(0.8, side * dice.uniform(0.03, 0.12)), dice.uniform(0.5, 1.0));
    }
    const double end = write_row(layout, left, width - 0.3 * side, y, slope);
    if (has_rules && dice.chance(0.4)) {  // an edge right behind the number
      const double edge = end + side * dice.uniform(-0.02, 0.25);
      draw_lines(layout.sheet.print, {{{edge, y - pitch / 2}, {edge, y + pitch / 2}}}, rule,
                 printed);
    }
    if (dice.chance(0.12)) underline(layout, left, end, y, slope);
    ++layout.row;
  }
}

// The lines of a table, all of them or some.
void table_lines(Layout& layout, double left, double top, double cell_width, double cell_height,
                 int columns, int lines) {
  Dice& dice = layout.dice;
  std::vector<Stroke> strokes;
  const double right = left + columns * cell_width;
  const double bottom = top + lines * cell_height;
  const bool all = dice.chance(0.75);
  for (int i = 0; i <= lines; ++i) {
    const double y = top + i * cell_height;
    if (all || dice.chance(0.6)) strokes.push_back({{left, y}, {right, y}});
  }
  for (int j = 0; j <= columns; ++j) {
    const double x = left + j * cell_width;
    if (all || dice.chance(0.6)) strokes.push_back({{x, top}, {x, bottom}});
  }
  draw_lines(dice.chance(0.8) ? layout.sheet.print : layout.sheet.ink, strokes,
             std::max(0.7, layout.side * dice.uniform(0.02, 0.12)), dice.uniform(0.3, 1.0));
}

void table(Layout& layout) {
  Dice& dice = layout.dice;
  const double side = layout.side;
  const int per_cell = 1 + static_cast<int>(dice.below(dice.chance(0.5) ? 1 : 3));
  const bool is_tight = dice.chance(0.35);
  const double cell_width =
      side * (is_tight ? per_cell * dice.uniform(0.6, 0.9) + dice.uniform(0.0, 0.25)
                       : per_cell * dice.uniform(0.75, 1.1) + dice.uniform(0.1, 1.0));
  const double cell_height = side * (is_tight ? dice.uniform(0.92, 1.4) : dice.uniform(1.02, 2.2));
  const double left = dice.uniform(-0.1, 0.15) * layout.options.width;
  const double top = dice.uniform(-0.1, 0.15) * layout.options.height;
  const int columns = std::max(1, static_cast<int>((layout.options.width - left) / cell_width));
  int lines = std::max(1, static_cast<int>((layout.options.height - top) / cell_height));
  if (dice.chance(0.3)) lines = 1;
  table_lines(layout, left, top, cell_width, cell_height, columns, lines);
  const double filled = dice.uniform(0.3, 1.0);
  for (int i = 0; i < lines; ++i) {
    for (int j = 0; j < columns; ++j) {
      const double x = left + j * cell_width;
      const double middle = top + (i + 0.5) * cell_height + side * dice.normal(0.0, 0.08);
      if (!dice.chance(filled)) {
        if (dice.chance(0.1))
          print_word(layout.sheet, {x + 2, middle - side / 4}, side / 2, dice.uniform(0.3, 1.0),
                     dice);
        continue;
      }
      double at =
          x + std::max(0.03 * side, (cell_width - per_cell * 0.8 * side) * dice.uniform(0.1, 0.7));
      for (int k = 0; k < per_cell && at < x + cell_width - 0.4 * side; ++k) {
        at +=
            side * dice.uniform(0.0, 0.25) +
            write_digit_after(layout.sheet, layout.any_digit(), layout.writing, at, middle,
                              layout.jittered(), layout.options.images, layout.row, layout.engine);
      }
    }
    ++layout.row;
  }
}

// Digits and other things here and there, some in circles.
void scattered(Layout& layout, double digits) {
  Dice& dice = layout.dice;
  const double side = layout.side;
  const double area = static_cast<double>(layout.options.width) * layout.options.height;
  const std::size_t room = static_cast<std::size_t>(area / (side * side * 3.5)) + 1;
  const std::size_t count = 1 + dice.below(std::min<std::size_t>(room, 14));
  std::vector<Point> taken;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = dice.uniform(0.02, 0.98) * layout.options.width;
    const Point at = {x, dice.uniform(0.02, 0.98) * layout.options.height};
    const bool is_free = std::none_of(taken.begin(), taken.end(), [&](Point other) {
      return std::abs(other.x - at.x) < 1.1 * side && std::abs(other.y - at.y) < 1.1 * side;
    });
    if (!is_free) continue;
    taken.push_back(at);
    if (dice.chance(digits)) {
      write_digit(layout.sheet, layout.any_digit(), layout.writing, at, layout.jittered(),
                  layout.options.images, layout.row++, layout.engine);
      if (dice.chance(0.12)) {
        Stroke ring;
        const double radius = side * dice.uniform(0.62, 0.95);
        for (int k = 0; k <= 24; ++k) {
          const double angle = 2 * CV_PI * k / 24;
          ring.push_back({at.x + radius * std::cos(angle), at.y + radius * std::sin(angle)});
        }
        draw_lines(dice.chance(0.5) ? layout.sheet.ink : layout.sheet.print, {ring},
                   std::max(0.8, side * dice.uniform(0.03, 0.1)), 1.0);
      }
    } else if (dice.chance(0.2)) {
      print_word(layout.sheet, {at.x - side / 2, at.y - side / 2}, side * dice.uniform(0.3, 1.2),
                 dice.uniform(0.3, 1.0), dice);
    } else {
      write_sign(layout.sheet, layout.writing.pen, at.x - side / 2, at.y, layout.jittered(),
                 layout.engine);
    }
  }
  layout.has_order = layout.row < 2;
}

// One digit or sign alone in a picture, or a short number.
void few(Layout& layout, bool sign) {
  Dice& dice = layout.dice;
  const double width = layout.options.width;
  const double height = layout.options.height;
  const double side = layout.side;
  if (sign || dice.chance(0.7)) {
    const double slack_x = std::max(0.0, width - side) / 2;
    const double slack_y = std::max(0.0, height - side) / 2;
    const double x = width / 2 + slack_x * std::clamp(dice.normal(0.0, 0.4), -1.0, 1.0);
    const Point at = {x, height / 2 + slack_y * std::clamp(dice.normal(0.0, 0.4), -1.0, 1.0)};
    if (sign) {
      write_sign(layout.sheet, layout.writing.pen, at.x - side / 2, at.y, side, layout.engine);
      return;
    }
    write_digit(layout.sheet, layout.any_digit(), layout.writing, at, side, layout.options.images,
                0, layout.engine);
    if (dice.chance(0.04)) cross_out(layout.sheet, 0.1, dice);
    return;
  }
  write_row(layout, dice.uniform(0.02, 0.2) * width, width, height / 2, dice.normal(0.0, 0.03));
}

// Letters, words, lines of handwriting: nothing to find.
void words(Layout& layout) {
  Dice& dice = layout.dice;
  const double side = layout.side;
  const double pitch = side * dice.uniform(1.2, 2.2);
  const bool printed = dice.chance(0.35);
  for (double y = side * dice.uniform(0.5, 1.5); y + 0.5 * side < layout.options.height;
       y += pitch) {
    double x = dice.uniform(-0.1, 0.3) * layout.options.width;
    const double gap = dice.uniform(0.02, 0.35);
    while (x < layout.options.width) {
      if (printed) {
        print_word(layout.sheet, {x, y - side / 2}, side, dice.uniform(0.5, 1.0), dice);
        x += side * dice.uniform(3.0, 9.0);
      } else {
        x += side * gap +
             write_sign(layout.sheet, layout.writing.pen, x, y, layout.jittered(), layout.engine);
        if (dice.chance(0.2)) x += side * dice.uniform(0.3, 1.5);
      }
      if (dice.chance(0.15)) break;
    }
  }
}

void lay_out(Layout& layout, bool is_empty) {
  Dice& dice = layout.dice;
  if (dice.chance(0.75)) print_paper(layout.sheet, layout.side, dice);
  if (layout.options.rows_only) {
    dice.chance(0.7) ? rows(layout) : table(layout);
    return;
  }
  const double kind = dice.uniform(0.0, 1.0);
  if (is_empty) {
    if (kind < 0.55) {
      words(layout);
    } else if (kind < 0.75) {
      scattered(layout, 0.0);
    } else if (kind < 0.85) {
      table_lines(layout, dice.uniform(-0.1, 0.3) * layout.options.width,
                  dice.uniform(-0.1, 0.3) * layout.options.height, layout.side * 1.6,
                  layout.side * dice.uniform(1.1, 2.5), 1 + static_cast<int>(dice.below(6)),
                  1 + static_cast<int>(dice.below(6)));
    }
    return;
  }
  if (kind < 0.55) {
    rows(layout);
  } else if (kind < 0.75) {
    table(layout);
  } else {
    scattered(layout, dice.uniform(0.4, 1.0));
  }
}

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
    // The rest of something too large to be found here is just another stroke.
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

// Puts a small picture somewhere into the page, its edges continued outwards.
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
  const Writing writing = any_writing(options.images, engine);
  Layout layout{sheet, sheet_options, engine, Dice(engine), writing, side};
  const bool is_empty = dice.chance(options.empty);
  if (is_small && !options.rows_only) {
    if (dice.chance(0.25)) print_paper(sheet, side, dice);
    few(layout, is_empty || dice.chance(kSignsAlone));
  } else {
    lay_out(layout, is_empty);
  }
  tilt(sheet, dice);
  measure(sheet, options.largest_digit);
  cv::Mat1f picture = photograph(sheet, std::min(side, 2 * options.largest_digit), dice);
  if (!options.rows_only && dice.chance(0.18)) disturb(picture, side, dice);
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
