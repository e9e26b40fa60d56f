// What goes where on a sheet: numbers in rows, tables, forms and anywhere, words, signs.
#include "mnist/draw/layout.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace mnist::pen {
namespace {

constexpr double kTiltedMargin = 0.1;  // a page's writing begins within this much of its side

// What separates two digits of a row; returns its width including the gaps.
double between(Layout& layout, double left, double middle, double gap) {
  Dice& dice = layout.dice;
  if (!dice.chance(0.10)) return gap;
  const double space = layout.side * dice.uniform(0.08, 0.25);
  const double chance = dice.uniform(0.0, 1.0);
  if (chance < 0.75 || layout.options.rows_only) {
    const int kind = kPointMark + static_cast<int>(dice.below(4));
    return 2 * space + write_separator(layout.sheet, kind, layout.writing, left + space, middle,
                                       layout.side, layout.row, layout.engine);
  }
  return 2 * space + write_sign(layout.sheet, layout.writing.pen, left + space, middle,
                                layout.jittered(), layout.engine);
}

// One line of writing from `left`, up to `right` at most. Returns where it ends.
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
  // If lines are close together, as in tally forms, something is often printed between them.
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
    if (has_rules && dice.chance(0.4)) {  // an edge right after the number
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
      const double room = std::max(0.0, cell_width - per_cell * 0.8 * side);
      double at = x + (dice.chance(0.2) ? side * dice.uniform(-0.04, 0.08)  // at the cell's edge
                                        : std::max(0.03 * side, room * dice.uniform(0.1, 0.7)));
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

// Words printed all over the paper, as on forms that are hard to copy.
void print_ground(Layout& layout) {
  Dice& dice = layout.dice;
  const double side = layout.side * dice.uniform(0.2, 0.8);
  const double strength = dice.uniform(0.04, 0.3);
  for (double y = side * dice.uniform(-0.8, 0.5); y < layout.options.height;
       y += side * dice.uniform(1.1, 2.0)) {
    for (double x = side * dice.uniform(-4.0, 0.0); x < layout.options.width;
         x += side * dice.uniform(3.0, 7.0)) {
      print_word(layout.sheet, {x, y}, side, strength, dice);
    }
  }
}

// A column of a form: cells one above the other, a number in each while numbers last, the room
// before it filled with a dash, and the cells that stay empty struck through.
void form(Layout& layout) {
  Dice& dice = layout.dice;
  const double side = layout.side;
  const double pen = std::max(0.8, side * dice.uniform(0.04, 0.12));
  const double rule = std::max(0.7, side * dice.uniform(0.02, 0.1));
  const double printed = dice.uniform(0.3, 1.0);
  const double pitch = side * dice.uniform(0.95, 1.6);
  const double slope = dice.normal(0.0, 0.04);
  const double margin = layout.options.width * dice.uniform(-0.3, 0.3);
  const double start = margin + side * dice.uniform(0.1, 2.0);
  const std::size_t digits = 1 + dice.below(dice.chance(0.7) ? 4 : 8);
  const double gap = side * dice.uniform(-0.02, 0.35);
  const bool has_dashes = dice.chance(0.6);
  const bool is_struck = dice.chance(0.5);
  const bool has_zeros = dice.chance(0.4);
  const int cells = std::max(1, static_cast<int>(layout.options.height / pitch));
  const int filled = 1 + static_cast<int>(dice.below(static_cast<std::size_t>(cells)));
  const double top = side * dice.uniform(-0.2, 0.6);
  double edge = 0;
  std::vector<Stroke> rules;
  for (int i = 0; i < cells; ++i) {
    const double y = top + (i + 0.5) * pitch;
    if (i >= filled) {
      if (is_struck && dice.chance(0.85)) {
        const double from = y + pitch * dice.normal(0.0, 0.25);
        const double to = y + pitch * dice.normal(0.0, 0.25);
        draw_lines(layout.sheet.ink, {{{margin, from}, {edge, to}}}, pen, 1.0);
      }
      continue;
    }
    double x = start + side * dice.normal(0.0, 0.12);
    if (has_dashes && dice.chance(0.85)) {
      const double end = x + side * dice.uniform(-0.15, 0.12);
      const double height = y + side * dice.normal(0.0, 0.12);
      draw_lines(layout.sheet.ink,
                 {{{margin, height + side * dice.normal(0.0, 0.05)}, {end, height}}}, pen, 1.0);
    }
    const double spread = gap * dice.uniform(0.6, 1.2);
    // Numbers that fill their boxes: 007, 000.
    const std::size_t zeros = has_zeros ? dice.below(digits + 1) : 0;
    for (std::size_t k = 0; k < digits; ++k) {
      const double at = y + slope * (x - start) + side * dice.normal(0.0, 0.05);
      // A 1 next to the edge, which nearly looks like a 1 itself, needs the most learning.
      const bool is_last = k + 1 == digits;
      const int digit = is_last && dice.chance(0.25) ? 1 : k < zeros ? 0 : layout.any_digit();
      x += spread + write_digit_after(layout.sheet, digit, layout.writing, x, at, layout.jittered(),
                                      layout.options.images, layout.row, layout.engine);
    }
    ++layout.row;
    edge = std::max(edge, x + side * dice.uniform(-0.15, 0.15));
  }
  for (int i = 0; i <= cells; ++i) {
    const double y = top + i * pitch;
    rules.push_back({{margin, y}, {edge, y + slope * (edge - margin)}});
  }
  if (dice.chance(0.8)) rules.push_back({{edge, top}, {edge, top + cells * pitch}});
  if (dice.chance(0.4)) rules.push_back({{margin, top}, {margin, top + cells * pitch}});
  draw_lines(layout.sheet.print, rules, rule, printed);
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

}  // namespace

void lay_out(Layout& layout, bool is_empty) {
  Dice& dice = layout.dice;
  if (dice.chance(0.75)) print_paper(layout.sheet, layout.side, dice);
  if (!layout.options.rows_only && dice.chance(0.1)) print_ground(layout);
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
  if (kind < 0.42) {
    rows(layout);
  } else if (kind < 0.64) {
    form(layout);
  } else if (kind < 0.78) {
    table(layout);
  } else {
    scattered(layout, dice.uniform(0.4, 1.0));
  }
}

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
    // A lone bar on paper is mostly a 1, and there is little else to learn it from.
    const int digit = dice.chance(0.15) ? 1 : layout.any_digit();
    write_digit(layout.sheet, digit, layout.writing, at, side, layout.options.images, 0,
                layout.engine);
    if (dice.chance(0.04)) cross_out(layout.sheet, 0.1, dice);
    return;
  }
  write_row(layout, dice.uniform(0.02, 0.2) * width, width, height / 2, dice.normal(0.0, 0.03));
}

}  // namespace mnist::pen
