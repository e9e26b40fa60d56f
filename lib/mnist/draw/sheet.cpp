// Every sign's ink (writing.h) is laid on the sheet; where two meet, the stronger shows.
#include "mnist/draw/sheet.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "mnist/draw/glyphs.h"
#include "mnist/draw/signs.h"

namespace mnist::pen {
namespace {

constexpr Hand kSignHand = {0.026, 0.018, 0.07, 0.65, 1.40, 0.16, 0.10};

// Lays `ink` down with its top left corner at (left, top).
void lay(Sheet& sheet, const cv::Mat1f& ink, double left, double top,
         std::optional<PageMark> mark) {
  const cv::Rect page(0, 0, sheet.print.cols, sheet.print.rows);
  const cv::Rect whole(cvRound(left), cvRound(top), ink.cols, ink.rows);
  const cv::Rect seen = whole & page;
  std::int16_t owner = -1;
  if (mark) {
    owner = static_cast<std::int16_t>(sheet.marks.size());
    mark->x = static_cast<float>(whole.x);
    mark->y = static_cast<float>(whole.y);
    mark->width = static_cast<float>(whole.width);
    mark->height = static_cast<float>(whole.height);
    sheet.marks.push_back(*mark);
    sheet.masses.push_back(cv::sum(ink)[0]);
  }
  for (int y = seen.y; y < seen.br().y; ++y) {
    for (int x = seen.x; x < seen.br().x; ++x) {
      const float value = ink(y - whole.y, x - whole.x);
      sheet.ink(y, x) = std::max(sheet.ink(y, x), value);
      if (owner < 0) sheet.other(y, x) = std::max(sheet.other(y, x), value);
      if (owner < 0 || value < 0.02F) continue;
      if (value >= sheet.own(y, x)) {
        sheet.own(y, x) = value;
        sheet.owner(y, x) = owner;
      }
    }
  }
}

Separator separator_of(int kind) {
  switch (kind) {
    case kCommaMark:
      return Separator::kComma;
    case kSlashMark:
      return Separator::kSlash;
    case kHyphenMark:
      return Separator::kHyphen;
    default:
      return Separator::kPoint;
  }
}

}  // namespace

double write_digit(Sheet& sheet, int digit, const Writing& writing, Point centre, double side,
                   const DigitImages& images, int row, std::mt19937_64& engine) {
  const cv::Mat1f ink = ink_of_digit(digit, writing, side, images, engine);
  lay(sheet, ink, centre.x - ink.cols / 2.0, centre.y - ink.rows / 2.0,
      PageMark{.kind = digit, .side = static_cast<float>(side), .row = row});
  return ink.cols;
}

double write_digit_after(Sheet& sheet, int digit, const Writing& writing, double left,
                         double middle, double side, const DigitImages& images, int row,
                         std::mt19937_64& engine) {
  const cv::Mat1f ink = ink_of_digit(digit, writing, side, images, engine);
  lay(sheet, ink, left, middle - ink.rows / 2.0,
      PageMark{.kind = digit, .side = static_cast<float>(side), .row = row});
  return ink.cols;
}

double write_separator(Sheet& sheet, int kind, const Writing& writing, double left, double middle,
                       double side, int row, std::mt19937_64& engine) {
  Dice dice(engine);
  Drawing drawing = draw_separator(separator_of(kind), writing.writer, engine);
  if (kind == kPointMark || kind == kCommaMark) {  // some write them large
    const double factor = dice.chance(0.3) ? dice.uniform(1.0, 1.8) : 1.0;
    transform(drawing.strokes, [&](Point p) {
      return Point{p.x * factor, 1 + (p.y - 1) * factor};
    });
  }
  const Bounds bounds = bounds_of(drawing.strokes);
  const double longer = std::max(0.01, bounds.longer_side()) + writing.pen;
  const cv::Mat1f ink =
      ink_of_strokes(std::move(drawing.strokes), writing.pen / longer, longer * side, 1.2);
  lay(sheet, ink, left, middle + (bounds.centre().y - 0.5) * side - ink.rows / 2.0,
      PageMark{.kind = kind, .side = static_cast<float>(side), .row = row});
  return ink.cols;
}

double write_sign(Sheet& sheet, double pen, double left, double middle, double side,
                  std::mt19937_64& engine) {
  Dice dice(engine);
  const double what = dice.uniform(0.0, 1.0);
  std::vector<Stroke> strokes;
  if (what > 0.93) {
    strokes = draw_look_alike(engine).drawing.strokes;
  } else if (what > 0.86) {
    strokes = draw_non_digit(dice.chance(0.5) ? NonDigit::kScribble : NonDigit::kHatching, engine)
                  .strokes;
  } else {
    const Glyph& glyph = what < 0.50   ? latin_letters()
                         : what < 0.64 ? other_letters()
                         : what < 0.78 ? symbols()
                                       : pictograms();
    strokes = write(glyph[dice.below(glyph.size())], kSignHand, dice);
    distort(strokes, kSignHand, dice);
  }
  const cv::Mat1f ink = ink_of_strokes(std::move(strokes), pen, side, dice.uniform(0.9, 1.6));
  lay(sheet, ink, left, middle - ink.rows / 2.0, std::nullopt);
  return ink.cols;
}

void print_word(Sheet& sheet, Point at, double side, double strength, Dice& dice) {
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRTUVWXYabcdefhkmnprtuvwxyz:.%&";
  std::string word;
  const std::size_t length = 1 + dice.below(8);
  for (std::size_t i = 0; i < length; ++i) word += kLetters[dice.below(kLetters.size())];
  const int font = static_cast<int>(dice.below(kFonts));
  const int thickness = 1 + static_cast<int>(dice.below(4));
  const cv::Mat1f ink = ink_of_text(word, font, thickness, side, dice);
  const cv::Rect whole(cvRound(at.x), cvRound(at.y), ink.cols, ink.rows);
  const cv::Rect seen = whole & cv::Rect(0, 0, sheet.print.cols, sheet.print.rows);
  if (seen.empty()) return;
  const cv::Mat part = ink(seen - whole.tl());
  cv::Mat print = sheet.print(seen);
  cv::max(print, cv::Mat(strength * part), print);
  cv::Mat other = sheet.other(seen);
  cv::max(other, part, other);
}

void draw_lines(cv::Mat1f& layer, const std::vector<Stroke>& lines, double width, double strength) {
  const Drawing drawing{lines, width};
  const std::vector<double> ink = coverage(drawing, {0.0, 0.0, 1.0}, layer.cols, layer.rows, 1.0);
  auto value = ink.begin();
  for (float& there : layer) there = std::max(there, static_cast<float>(strength * *value++));
}

void print_paper(Sheet& sheet, double side, Dice& dice) {
  const double kind = dice.uniform(0.0, 1.0);
  if (kind < 0.45) return;
  const double width = sheet.size().width;
  const double height = sheet.size().height;
  const double gap = side * dice.uniform(0.35, 2.6);
  const double thick = dice.uniform(0.6, 1.0 + 0.06 * side);
  const double strength = dice.uniform(0.08, 0.9);
  const double lean = dice.normal(0.0, 0.01);
  std::vector<Stroke> lines;
  if (kind < 0.88) {  // rules, and squares
    for (double y = dice.uniform(0.0, gap); y < height; y += gap) {
      lines.push_back({{0, y}, {width, y + lean * width}});
    }
    if (kind > 0.68) {
      for (double x = dice.uniform(0.0, gap); x < width; x += gap) {
        lines.push_back({{x, 0}, {x - lean * height, height}});
      }
    }
  }
  if (kind > 0.82) {  // a margin, or lines anywhere
    const std::size_t count = 1 + dice.below(2);
    for (std::size_t i = 0; i < count; ++i) {
      const double at = dice.uniform(0.0, 1.0);
      const double drift = dice.normal(0.0, 0.03);
      if (dice.chance(0.5)) {
        lines.push_back({{at * width, 0}, {(at + drift) * width, height}});
      } else {
        lines.push_back({{0, at * height}, {width, (at + drift) * height}});
      }
    }
  }
  draw_lines(sheet.print, lines, thick, strength);
}

void litter(Sheet& sheet, double side, Dice& dice) {
  const double size = side * dice.uniform(0.02, dice.chance(0.3) ? 0.2 : 0.08);
  std::vector<Stroke> bits;
  const std::size_t count = 1 + dice.below(12);
  for (std::size_t i = 0; i < count; ++i) {
    double x = dice.uniform(0.0, 1.0) * sheet.size().width;
    double y = dice.uniform(0.0, 1.0) * sheet.size().height;
    Stroke bit = {{x, y}};
    const std::size_t turns = dice.below(4);
    for (std::size_t k = 0; k < turns; ++k) {
      x += size * dice.uniform(-0.8, 0.8);
      y += size * dice.uniform(-0.8, 0.8);
      bit.push_back({x, y});
    }
    bits.push_back(std::move(bit));
  }
  cv::Mat1f dirt(sheet.size(), 0.0F);
  const double pen = std::max(0.8, size * dice.uniform(0.3, 0.9));
  draw_lines(dirt, bits, pen, dice.uniform(0.3, 1.0));
  cv::Mat ink = sheet.ink;  // a view: there is no cv::max of two cv::Mat1f
  cv::max(ink, dirt, ink);
}

void cross_out(Sheet& sheet, double pen, Dice& dice) {
  PageMark& mark = sheet.marks.back();
  mark.kind = kUnreadableMark;
  const double side = std::max(mark.width, mark.height);
  Path path;
  const std::size_t turns = 3 + dice.below(7);
  for (std::size_t i = 0; i < turns; ++i) {
    const double across = i % 2 == 0 ? -0.1 : 1.1;
    const double along = (static_cast<double>(i) + 0.5) / static_cast<double>(turns);
    const double x = mark.x + mark.width * (across + dice.normal(0.0, 0.12));
    path.push_back({x, mark.y + mark.height * (along + dice.normal(0.0, 0.1)), dice.chance(0.5)});
  }
  draw_lines(sheet.ink, {flatten(path)}, std::max(1.0, pen * side), 1.0);
}

}  // namespace mnist::pen
