// Every sign becomes a small raster first, its ink filling it; then it is laid on the sheet, the
// stronger ink staying on top.
#include "mnist/draw/sheet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "mnist/draw/glyphs.h"
#include "mnist/draw/signs.h"

namespace mnist::pen {
namespace {

constexpr std::array kFonts = {cv::FONT_HERSHEY_SIMPLEX, cv::FONT_HERSHEY_DUPLEX,
                               cv::FONT_HERSHEY_COMPLEX, cv::FONT_HERSHEY_TRIPLEX,
                               cv::FONT_HERSHEY_PLAIN};
constexpr Hand kSignHand = {0.026, 0.018, 0.07, 0.65, 1.40, 0.16, 0.10};

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

// Strokes as a raster whose ink is `side` pixels on its longer side; what is only a dot or a short
// line stays as small as its pen.
cv::Mat1f raster(std::vector<Stroke> strokes, double pen, double side, double softness) {
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

cv::Mat1f raster_of_strokes(int digit, const Writing& writing, double side,
                            std::mt19937_64& engine) {
  Drawing drawing = draw_digit(digit, writing.writer, engine);
  Dice dice(engine);
  if (writing.is_distorted) {
    Writing lean = writing;
    // Turned far, a 1 with a flag is a 7, and a 7 a 1.
    if (digit == 1 || digit == 7) lean.turn = std::clamp(lean.turn, -0.12, 0.12);
    transform(drawing.strokes, Lean(lean, 0, 0));
  }
  return raster(std::move(drawing.strokes), writing.pen, side, dice.uniform(0.9, 1.6));
}

// Which of the images shows `digit`, at random.
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

// An image enlarged keeps a pen's sharp edges: greys are spread again.
void harden(cv::Mat1f& ink, double gain, double weight) {
  for (float& value : ink) {
    value = static_cast<float>(std::clamp((value - 0.5 + weight) * gain + 0.5, 0.0, 1.0));
    if (value < 0.02F) value = 0;
  }
}

cv::Mat1f raster_of_image(int digit, const Writing& writing, double side, const DigitImages& images,
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

cv::Mat1f raster_of_font(const std::string& text, int font, int thickness, double side,
                         Dice& dice) {
  constexpr double kSize = 2.0;
  int below = 0;
  const cv::Size extent = cv::getTextSize(text, font, kSize, thickness, &below);
  cv::Mat1b canvas(extent.height + below + 24, extent.width + 24, uchar{0});
  cv::putText(canvas, text, {12, 12 + extent.height}, font, kSize, 255, thickness, cv::LINE_AA);
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

cv::Mat1f raster_of_digit(int digit, const Writing& writing, double side, const DigitImages& images,
                          std::mt19937_64& engine) {
  Dice dice(engine);
  switch (writing.source) {
    case Writing::Source::kImages:
      return raster_of_image(digit, writing, side, images, dice);
    case Writing::Source::kFont:
      return raster_of_font(std::to_string(digit), kFonts[static_cast<std::size_t>(writing.font)],
                            writing.font_thickness, side, dice);
    case Writing::Source::kStrokes:
      break;
  }
  return raster_of_strokes(digit, writing, side, engine);
}

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

Writing any_writing(const DigitImages& images, std::mt19937_64& engine) {
  Writing writing;
  writing.writer = draw_writer(engine);
  Dice dice(engine);
  // Half of the writers are of no region: ways of writing that are rare everywhere are learned too.
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
  writing.font = static_cast<int>(dice.below(kFonts.size()));
  writing.font_thickness = 2 + static_cast<int>(dice.below(5));
  return writing;
}

double write_digit(Sheet& sheet, int digit, const Writing& writing, Point centre, double side,
                   const DigitImages& images, int row, std::mt19937_64& engine) {
  const cv::Mat1f ink = raster_of_digit(digit, writing, side, images, engine);
  lay(sheet, ink, centre.x - ink.cols / 2.0, centre.y - ink.rows / 2.0,
      PageMark{.kind = digit, .side = static_cast<float>(side), .row = row});
  return ink.cols;
}

double write_digit_after(Sheet& sheet, int digit, const Writing& writing, double left,
                         double middle, double side, const DigitImages& images, int row,
                         std::mt19937_64& engine) {
  const cv::Mat1f ink = raster_of_digit(digit, writing, side, images, engine);
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
      raster(std::move(drawing.strokes), writing.pen / longer, longer * side, 1.2);
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
  const cv::Mat1f ink = raster(std::move(strokes), pen, side, dice.uniform(0.9, 1.6));
  lay(sheet, ink, left, middle - ink.rows / 2.0, std::nullopt);
  return ink.cols;
}

void print_word(Sheet& sheet, Point at, double side, double strength, Dice& dice) {
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRTUVWXYabcdefhkmnprtuvwxyz:.%&";
  std::string word;
  const std::size_t length = 1 + dice.below(8);
  for (std::size_t i = 0; i < length; ++i) word += kLetters[dice.below(kLetters.size())];
  const int font = kFonts[dice.below(kFonts.size())];
  const int thickness = 1 + static_cast<int>(dice.below(4));
  const cv::Mat1f ink = raster_of_font(word, font, thickness, side, dice);
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
