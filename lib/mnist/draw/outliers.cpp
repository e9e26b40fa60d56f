// Three ways lead to an image:
//   - strokes, rendered straight into the 20x20 box;
//   - a small raster, brought to the box by digit/frame.h;
//   - a small picture with paper, light and noise, whose dark or light parts are brought there.
#include "mnist/draw/outliers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/digit/frame.h"
#include "mnist/draw/digits.h"
#include "mnist/draw/glyphs.h"
#include "mnist/draw/handwriting.h"

namespace mnist {

using namespace pen;

namespace {

constexpr int kBox = 20;
constexpr int kMiddle = kDigitSide / 2;

// --- Into MNIST's form -------------------------------------------------------------------------

float in_steps(double ink) {
  return static_cast<float>(std::lround(255 * std::clamp(ink, 0.0, 1.0))) / 255.0F;
}

Digit in_steps(Digit digit) {
  for (float& ink : digit.ink) ink = in_steps(ink);
  return digit;
}

// Where `size` pixels begin, so that their `centre` of mass comes to the middle.
int offset(double centre, int size) {
  return std::clamp(static_cast<int>(std::lround(kMiddle - centre)), 0, kDigitSide - size);
}

// A digit of `rows` x `columns` pixels of ink, at most 28x28, centred.
Digit centred(const std::vector<double>& ink, int columns, int rows) {
  double mass = 0.0;
  Point moment;
  auto value = ink.begin();
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x, ++value) {
      mass += *value;
      moment.x += *value * x;
      moment.y += *value * y;
    }
  }
  Digit digit;
  if (!(mass > 0.0)) return digit;
  const int left = offset(moment.x / mass, columns);
  const int top = offset(moment.y / mass, rows);
  value = ink.begin();
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x, ++value) {
      digit.ink[static_cast<std::size_t>((top + y) * kDigitSide + left + x)] = in_steps(*value);
    }
  }
  return digit;
}

// Strokes `width` pixels wide in the box. What has no extent of its own keeps the drawing's pen.
Digit rendered(Drawing drawing, double width, double softness) {
  const Bounds bounds = bounds_of(drawing.strokes);
  const double longer = bounds.longer_side();
  double scale = (kBox - softness) / (longer + drawing.thickness);
  if (longer > 2 * drawing.thickness) {
    scale = (kBox - softness - width) / longer;
    drawing.thickness = width / scale;
  }
  const double margin = scale * drawing.thickness / 2 + softness / 2;
  const auto pixels = [&](double length) {
    return std::clamp(static_cast<int>(std::ceil(scale * length + 2 * margin - 1e-6)), 1, kBox);
  };
  const int columns = pixels(bounds.right - bounds.left);
  const int rows = pixels(bounds.bottom - bounds.top);
  const Placement placement = {margin - scale * bounds.left, margin - scale * bounds.top, scale};
  return centred(coverage(drawing, placement, columns, rows, softness), columns, rows);
}

Digit rendered(const Drawing& drawing, Dice& dice) {
  const double width = std::clamp(dice.normal(2.9, 0.55), 1.7, 4.6);
  return rendered(drawing, width, dice.uniform(0.9, 1.8));
}

Digit framed(const cv::Mat1f& strength) { return in_steps(ink::frame_digit(strength).digit); }

// What of `page`, 0 dark to 1 light, differs from its mean: its dark or its light parts.
Digit contrasted(const cv::Mat1f& page, bool dark) {
  const auto mean = static_cast<float>(cv::mean(page)[0]);
  cv::Mat1f strength(page.size());
  std::transform(page.begin(), page.end(), strength.begin(), [&](float level) {
    return std::clamp(3.0F * (dark ? mean - level : level - mean), 0.0F, 1.0F);
  });
  return framed(strength);
}

// Nothing at all, or a bar more upright than not, which is a 1.
bool is_blank_or_one(const Digit& digit) {
  constexpr double kBarWidth = 1.9;  // standard deviation across it, in pixels
  double mass = 0.0;
  Point mean;
  Point square;
  double product = 0.0;
  for (int row = 0; row < kDigitSide; ++row) {
    for (int column = 0; column < kDigitSide; ++column) {
      const double ink = digit.at(row, column);
      mass += ink;
      mean.x += ink * column;
      mean.y += ink * row;
      square.x += ink * column * column;
      square.y += ink * row * row;
      product += ink * column * row;
    }
  }
  if (mass < 1.0) return true;
  const double across = square.x / mass - mean.x / mass * (mean.x / mass);
  const double along = square.y / mass - mean.y / mass * (mean.y / mass);
  const double both = product / mass - mean.x / mass * (mean.y / mass);
  const double half = (along - across) / 2;
  const double least = (along + across) / 2 - std::sqrt(half * half + both * both);
  return along > across && least < kBarWidth * kBarWidth;
}

// --- Strokes -----------------------------------------------------------------------------------

constexpr Hand kFreeHand = {0.026, 0.018, 0.07, 0.65, 1.40, 0.16, 0.10};

Digit sign(const Glyph& glyph, Dice& dice) {
  Drawing drawing;
  const std::size_t which = dice.below(glyph.size());
  drawing.strokes = write(glyph[which], kFreeHand, dice);
  distort(drawing.strokes, kFreeHand, dice);
  return rendered(drawing, dice);
}

// Straight and hooked strokes on a grid, as characters are built.
Drawing made_up_character(Dice& dice) {
  Drawing drawing;
  const std::size_t count = 3 + dice.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    const double across = dice.uniform(0.0, 1.0);
    const double from = dice.uniform(0.0, 0.4);
    const double to = dice.uniform(0.6, 1.0);
    const double lean = dice.normal(0.0, 0.05);
    Stroke stroke = {{from, across}, {to, across + lean}};
    if (dice.chance(0.25)) {
      const double down = dice.uniform(0.1, 0.5);
      stroke.push_back({to + dice.normal(0.0, 0.1), across + lean + down});
    }
    // The first two cross; the others lie either way or slant.
    const bool upright = i == 0 || (i > 1 && dice.chance(0.4));
    for (Point& p : stroke) {
      if (upright) std::swap(p.x, p.y);
    }
    if (i > 1 && dice.chance(0.2)) stroke[0].y += dice.uniform(-0.4, 0.4);
    drawing.strokes.push_back(std::move(stroke));
  }
  return drawing;
}

// Loops in a row, as somebody tries a pen.
Drawing loops(Dice& dice) {
  Path path;
  const std::size_t count = 3 + dice.below(4);
  const double advance = dice.uniform(0.25, 0.6);
  const double height = dice.uniform(0.6, 1.4);
  for (std::size_t i = 0; i < count; ++i) {
    const double x = static_cast<double>(i) * advance;
    for (const Point p : {Point{0.0, 1.0}, {0.35, 0.5}, {0.2, 0.0}, {-0.05, 0.5}}) {
      path.push_back({x + p.x + dice.normal(0.0, 0.05), height * p.y + dice.normal(0.0, 0.05)});
    }
  }
  return {{flatten(path)}, 0.1};
}

// A few long arcs anywhere.
Drawing tangle(Dice& dice) {
  Drawing drawing;
  const std::size_t count = 2 + dice.below(4);
  for (std::size_t i = 0; i < count; ++i) {
    Path path(3 + dice.below(3));
    for (Knot& knot : path) {
      knot.x = dice.uniform(0.0, 1.0);
      knot.y = dice.uniform(0.0, 1.0);
    }
    drawing.strokes.push_back(flatten(path));
  }
  return drawing;
}

Digit strokes(Dice& dice, std::mt19937_64& engine) {
  constexpr std::array kKinds = {NonDigit::kLines, NonDigit::kDots, NonDigit::kScribble,
                                 NonDigit::kHatching};
  const std::size_t kind = dice.below(8);
  switch (kind) {
    case 0:
    case 1:
      return rendered(made_up_character(dice), dice);
    case 2:
      return rendered(loops(dice), dice);
    case 3:
      return rendered(tangle(dice), dice);
    default:
      return rendered(draw_non_digit(kKinds[kind - 4], engine), dice);
  }
}

// --- Rasters -----------------------------------------------------------------------------------

constexpr int kCanvas = 72;

// Turned, slanted and stretched a little about the middle.
cv::Mat1f bent(const cv::Mat1f& canvas, Dice& dice) {
  const double turn = dice.normal(0.0, 0.10);
  const double slant = dice.normal(0.0, 0.15);
  const double width = dice.uniform(0.7, 1.2);
  const double middle = canvas.cols / 2.0;
  cv::Matx23d map(width, slant + turn, 0, -turn, 1, 0);
  map(0, 2) = middle * (1 - map(0, 0) - map(0, 1));
  map(1, 2) = middle * (1 - map(1, 0) - map(1, 1));
  cv::Mat1f result;
  cv::warpAffine(canvas, result, map, canvas.size());
  return result;
}

Digit printed(Dice& dice) {
  constexpr std::array kFonts = {
      cv::FONT_HERSHEY_SIMPLEX, cv::FONT_HERSHEY_DUPLEX,         cv::FONT_HERSHEY_COMPLEX,
      cv::FONT_HERSHEY_TRIPLEX, cv::FONT_HERSHEY_SCRIPT_SIMPLEX, cv::FONT_HERSHEY_SCRIPT_COMPLEX,
  };
  // What no font makes look like a digit.
  constexpr std::string_view kSigns = "ACEFHJKLMNPRTUVWXYadefhkmnprtuvwx@#%&?*+=<>[{^~";
  constexpr std::string_view kScript = "AEFHKMNRUVWXadfhkmnptuvwx";
  const std::size_t font = dice.below(kFonts.size());
  const std::string_view signs = font < 4 ? kSigns : kScript;
  std::string text(1, signs[dice.below(signs.size())]);
  const bool word = dice.chance(0.15);
  if (word) text += signs[dice.below(signs.size())];
  const int thickness = 2 + static_cast<int>(dice.below(word ? 4 : 8));
  const double size = word ? 1.0 : 1.7;
  const int italic = dice.chance(0.3) && font != 1 ? static_cast<int>(cv::FONT_ITALIC) : 0;
  int below = 0;
  const int face = kFonts[font] | italic;
  const cv::Size extent = cv::getTextSize(text, face, size, thickness, &below);
  cv::Mat1b canvas(kCanvas, kCanvas, uchar{0});
  cv::putText(canvas, text, {(kCanvas - extent.width) / 2, (kCanvas + extent.height) / 2}, face,
              size, 255, thickness, cv::LINE_AA);
  cv::Mat1f strength;
  canvas.convertTo(strength, CV_32F, 1.0 / 255);
  return framed(bent(strength, dice));
}

using Outline = std::vector<cv::Point>;

cv::Point on_canvas(Point p) {
  constexpr double kMargin = 8;
  return {cvRound(kMargin + p.x * (kCanvas - 2 * kMargin)),
          cvRound(kMargin + p.y * (kCanvas - 2 * kMargin))};
}

// Corners around a middle: a spot where they lie close to a circle, a splash where they do not.
Outline spot(Dice& dice, double roughness) {
  constexpr std::array<Point, 8> kCompass = {{{1, 0},
                                              {0.71, 0.71},
                                              {0, 1},
                                              {-0.71, 0.71},
                                              {-1, 0},
                                              {-0.71, -0.71},
                                              {0, -1},
                                              {0.71, -0.71}}};
  const double height = dice.uniform(0.6, 1.0);
  Path path;
  for (std::size_t i = 0; i <= kCompass.size(); ++i) {
    const Point way = kCompass[i % kCompass.size()];
    const double reach = 0.5 * (1 + dice.normal(0.0, roughness));
    path.push_back({0.5 + way.x * reach, 0.5 + height * way.y * reach});
  }
  Outline outline;
  for (const Point p : flatten(path)) outline.push_back(on_canvas(p));
  return outline;
}

Digit silhouette(Dice& dice) {
  cv::Mat1b canvas(kCanvas, kCanvas, uchar{0});
  const std::size_t kind = dice.below(4);
  std::vector<Outline> outlines;
  if (kind == 0) {
    outlines.push_back(spot(dice, dice.uniform(0.02, 0.35)));
  } else if (kind == 1) {
    // Blocks, none of them an upright bar.
    const std::size_t count = 1 + dice.below(4);
    for (std::size_t i = 0; i < count; ++i) {
      const double x = dice.uniform(0.0, 0.5);
      const double y = dice.uniform(0.0, 0.6);
      const double width = dice.uniform(0.4, 0.5);
      const double height = dice.uniform(0.15, 0.5);
      const double lean = dice.normal(0.0, 0.06);
      outlines.push_back({on_canvas({x, y}), on_canvas({x + width, y + lean}),
                          on_canvas({x + width, y + height + lean}), on_canvas({x, y + height})});
    }
  } else {
    const Glyph& glyph = kind == 2 ? pictograms() : symbols();
    std::vector<Stroke> drawn = write(glyph[dice.below(glyph.size())], kFreeHand, dice);
    distort(drawn, kFreeHand, dice);
    fit_unit_square(drawn);
    for (const Stroke& stroke : drawn) {
      Outline& outline = outlines.emplace_back();
      for (const Point p : stroke) outline.push_back(on_canvas(p));
      cv::polylines(canvas, outline, false, 255, 4, cv::LINE_AA);
    }
  }
  for (const Outline& outline : outlines) cv::fillPoly(canvas, outline, 255, cv::LINE_AA);
  if (dice.chance(0.3)) {
    // Something cut out.
    const int x = kCanvas / 4 + static_cast<int>(dice.below(kCanvas / 2));
    const int y = kCanvas / 4 + static_cast<int>(dice.below(kCanvas / 2));
    const int radius = 4 + static_cast<int>(dice.below(12));
    cv::circle(canvas, {x, y}, radius, 0, cv::FILLED, cv::LINE_AA);
  }
  cv::Mat1f strength;
  canvas.convertTo(strength, CV_32F, 1.0 / 255);
  return framed(strength);
}

// --- Pictures ----------------------------------------------------------------------------------

constexpr int kPicture = 56;

cv::Mat1f white_noise(int side, Dice& dice) {
  cv::Mat1f noise(side, side);
  for (float& value : noise) value = static_cast<float>(dice.uniform(-1.0, 1.0));
  return noise;
}

// Noise whose octaves shrink by `persistence`: 0.5 as in clouds, 1 all grain.
cv::Mat1f fractal_noise(double persistence, Dice& dice) {
  cv::Mat1f sum(kPicture, kPicture, 0.0F);
  double amplitude = 1.0;
  for (int side = 3; side < kPicture; side = side * 2 - 1) {
    cv::Mat1f octave;
    cv::resize(white_noise(side, dice), octave, sum.size(), 0, 0, cv::INTER_CUBIC);
    sum += amplitude * octave;
    amplitude *= persistence;
  }
  return sum;
}

void stretch(cv::Mat1f& page, double low, double high) {
  cv::normalize(page, page, low, high, cv::NORM_MINMAX);
}

Digit texture(Dice& dice) {
  cv::Mat1f page(kPicture, kPicture);
  const std::size_t kind = dice.below(5);
  if (kind < 2) {
    page = fractal_noise(dice.uniform(0.3, 1.0), dice);
    stretch(page, -1.0, 1.0);
    if (dice.chance(0.5)) {
      const auto level = static_cast<float>(dice.uniform(-0.3, 0.3));
      for (float& value : page) value = value > level ? 1.0F : 0.0F;
    }
  } else if (kind == 2) {
    const int grain = 2 + static_cast<int>(dice.below(9));
    const cv::Mat1f noise = white_noise(grain * 2, dice);
    const auto level = static_cast<float>(dice.uniform(-0.5, 0.5));
    cv::resize(cv::Mat1f(cv::abs(noise + level)), page, page.size(), 0, 0, cv::INTER_NEAREST);
  } else {
    // Stripes or checks, of any period and direction.
    const double period = dice.uniform(4.0, 24.0);
    const double across = dice.uniform(-1.0, 1.0);
    const double phase = dice.uniform(0.0, 1.0);
    const bool checks = kind == 3;
    const auto wave = [&](double way) {
      const double at = way / period + phase;
      return at - std::floor(at) < 0.5;
    };
    for (int y = 0; y < kPicture; ++y) {
      for (int x = 0; x < kPicture; ++x) {
        const bool first = wave(x + across * y);
        page(y, x) = (checks && wave(y - across * x) ? !first : first) ? 1.0F : 0.0F;
      }
    }
    page += dice.uniform(0.0, 0.5) * fractal_noise(0.6, dice);
  }
  stretch(page, dice.uniform(0.0, 0.2), dice.uniform(0.7, 1.0));
  return contrasted(page, dice.chance(0.6));
}

Digit photo(Dice& dice) {
  cv::Mat1f page = fractal_noise(dice.uniform(0.25, 0.6), dice);
  stretch(page, 0.0, dice.uniform(0.05, 0.5));
  const double fall_x = dice.uniform(-0.4, 0.4);
  const double fall_y = dice.uniform(-0.4, 0.4);
  for (int y = 0; y < kPicture; ++y) {
    for (int x = 0; x < kPicture; ++x) {
      page(y, x) += static_cast<float>(0.5 + (fall_x * x + fall_y * y) / kPicture);
    }
  }
  const std::size_t objects = 1 + dice.below(5);
  for (std::size_t i = 0; i < objects; ++i) {
    const double level = dice.uniform(0.0, 1.0);
    const auto anywhere = [&] { return static_cast<int>(dice.below(2 * kPicture)) - kPicture / 2; };
    const int x = anywhere();
    const int y = anywhere();
    if (dice.chance(0.5)) {
      const int width = 4 + static_cast<int>(dice.below(24));
      const int height = 4 + static_cast<int>(dice.below(24));
      cv::ellipse(page, {x, y}, {width, height}, static_cast<double>(dice.below(180)), 0, 360,
                  level, cv::FILLED);
    } else {
      Outline outline(3 + dice.below(3));
      for (cv::Point& corner : outline) {
        corner.x = anywhere();
        corner.y = anywhere();
      }
      cv::fillPoly(page, outline, level);
    }
  }
  cv::GaussianBlur(page, page, {0, 0}, dice.uniform(0.4, 2.0));
  page += dice.uniform(0.0, 0.06) * white_noise(kPicture, dice);
  stretch(page, dice.uniform(0.0, 0.3), dice.uniform(0.6, 1.0));
  return contrasted(page, dice.chance(0.6));
}

Digit draw(OutlierKind kind, std::mt19937_64& engine) {
  Dice dice(engine);
  switch (kind) {
    case OutlierKind::kLatinLetter:
      return sign(latin_letters(), dice);
    case OutlierKind::kOtherLetter:
      return sign(other_letters(), dice);
    case OutlierKind::kSymbol:
      return sign(symbols(), dice);
    case OutlierKind::kPictogram:
      return sign(pictograms(), dice);
    case OutlierKind::kPrinted:
      return printed(dice);
    case OutlierKind::kStrokes:
      return strokes(dice, engine);
    case OutlierKind::kSilhouette:
      return silhouette(dice);
    case OutlierKind::kPartOfDigit:
      return rendered(draw_non_digit(NonDigit::kPartOfDigit, engine), dice);
    case OutlierKind::kSeveralDigits:
      return rendered(draw_non_digit(NonDigit::kSeveralDigits, engine), dice);
    case OutlierKind::kTexture:
      return texture(dice);
    case OutlierKind::kPhoto:
      return photo(dice);
  }
  throw Error(ErrorKind::kUsage, "no such kind of outlier");
}

// --- Ruins of real digits ----------------------------------------------------------------------

enum class Ruin {
  kTurned,         // by a quarter
  kMirrored,       // left and right
  kUpsideDown,     // mirrored top to bottom
  kHalfTurned,     // by two quarters
  kHalvesSwapped,  // the upper half below the lower one
  kSidesSwapped,   // the left half to the right of the right one
  kShuffled,       // blocks of 5x5 pixels
  kNegative,       // light and dark exchanged within the box
  kGlued,          // two side by side
  kOverlaid,       // two on top of each other
};
constexpr int kRuins = 10;

// Whether a person could still, or again, read a digit: never certain, but rare for the others.
bool stays_a_digit(Ruin ruin, int label) {
  const auto among = [&](std::string_view labels) {
    return labels.find(static_cast<char>('0' + label)) != std::string_view::npos;
  };
  switch (ruin) {
    case Ruin::kTurned:
      return among("08");
    case Ruin::kMirrored:
      return among("01258");
    case Ruin::kUpsideDown:
      return among("012358");
    case Ruin::kHalfTurned:
      return among("0125689");
    case Ruin::kHalvesSwapped:
      return among("13689");
    case Ruin::kSidesSwapped:
    case Ruin::kOverlaid:
    case Ruin::kNegative:
      return among("1");
    case Ruin::kShuffled:
    case Ruin::kGlued:
      return false;
  }
  return false;
}

cv::Mat1f strength_of(DigitBytes digit) {
  cv::Mat1f strength(kDigitSide, kDigitSide);
  std::transform(digit.begin(), digit.end(), strength.begin(),
                 [](std::uint8_t ink) { return static_cast<float>(ink) / 255.0F; });
  return strength;
}

cv::Mat1f shuffled(const cv::Mat1f& digit, Dice& dice) {
  constexpr int kBlock = 5;
  constexpr int kBlocks = kBox / kBlock;
  std::array<int, kBlocks * kBlocks> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.below(i)]);
  const auto block = [&](int i) {
    constexpr int kMargin = (kDigitSide - kBox) / 2;
    return cv::Rect(kMargin + i % kBlocks * kBlock, kMargin + i / kBlocks * kBlock, kBlock, kBlock);
  };
  cv::Mat1f result(digit.size(), 0.0F);
  for (std::size_t i = 0; i < order.size(); ++i) {
    digit(block(order[i])).copyTo(result(block(static_cast<int>(i))));
  }
  return result;
}

// The darker of both, where `digit` comes to lie.
void lay_over(const cv::Mat& digit, const cv::Point& place, cv::Mat1f& page) {
  cv::Mat part = page(cv::Rect(place, digit.size()));
  cv::max(part, digit, part);
}

cv::Mat1f glued(const cv::Mat1f& a, const cv::Mat1f& b, Dice& dice) {
  const cv::Mat1f left = a.colRange(cv::boundingRect(cv::Mat1b(a > 0)).x, kDigitSide);
  const cv::Rect box = cv::boundingRect(cv::Mat1b(left > 0));
  const cv::Rect other = cv::boundingRect(cv::Mat1b(b > 0));
  // Two pixels apart to three into each other.
  const int at = std::max(0, box.br().x + 2 - static_cast<int>(dice.below(6)));
  const int rise = static_cast<int>(dice.below(9));
  cv::Mat1f result(kDigitSide + 8, std::max(left.cols, at + other.width), 0.0F);
  left.copyTo(result(cv::Rect(0, 4, left.cols, kDigitSide)));
  lay_over(b.colRange(other.x, other.br().x), {at, rise}, result);
  return result;
}

cv::Mat1f overlaid(const cv::Mat1f& a, const cv::Mat1f& b, Dice& dice) {
  const int x = static_cast<int>(dice.below(2)) * 16;
  const int y = static_cast<int>(dice.below(17));
  cv::Mat1f result(kDigitSide + 16, kDigitSide + 16, 0.0F);
  a.copyTo(result(cv::Rect(8, 8, kDigitSide, kDigitSide)));
  // Well apart, so that two strokes never fall together: half a digit's width or more.
  lay_over(b, {x, y}, result);
  return result;
}

cv::Mat1f ruined(Ruin ruin, const cv::Mat1f& a, const cv::Mat1f& b, Dice& dice) {
  constexpr int kHalf = kDigitSide / 2;
  cv::Mat1f result;
  switch (ruin) {
    case Ruin::kTurned:
      cv::rotate(a, result,
                 dice.chance(0.5) ? cv::ROTATE_90_CLOCKWISE : cv::ROTATE_90_COUNTERCLOCKWISE);
      return result;
    case Ruin::kMirrored:
      cv::flip(a, result, 1);
      return result;
    case Ruin::kUpsideDown:
      cv::flip(a, result, 0);
      return result;
    case Ruin::kHalfTurned:
      cv::rotate(a, result, cv::ROTATE_180);
      return result;
    case Ruin::kHalvesSwapped:
      cv::vconcat(a.rowRange(kHalf, kDigitSide - 4), b.rowRange(4, kHalf), result);
      return result;
    case Ruin::kSidesSwapped:
      cv::hconcat(a.colRange(kHalf, kDigitSide - 4), b.colRange(4, kHalf), result);
      return result;
    case Ruin::kShuffled:
      return shuffled(a, dice);
    case Ruin::kNegative: {
      const cv::Rect box = cv::boundingRect(cv::Mat1b(a > 0));
      result = 1 - a(box);
      return result;
    }
    case Ruin::kGlued:
      return glued(a, b, dice);
    case Ruin::kOverlaid:
      return overlaid(a, b, dice);
  }
  throw Error(ErrorKind::kUsage, "no such ruin");
}

}  // namespace

Digit generated_outlier(OutlierKind kind, std::uint64_t seed, std::uint64_t index) {
  std::mt19937_64 engine(mix_seed(mix_seed(seed, index), static_cast<std::uint64_t>(kind)));
  Digit digit = draw(kind, engine);
  while (is_blank_or_one(digit)) digit = draw(kind, engine);
  return digit;
}

Digit generated_outlier(std::uint64_t seed, std::uint64_t index) {
  // Of 100. Letters and symbols are what people write where a digit is awaited.
  constexpr std::array<std::uint64_t, kOutlierKinds> kShares = {24, 18, 14, 8, 8, 10,
                                                                5,  2,  3,  4, 4};
  std::uint64_t left = mix_seed(seed, index) % 100;
  int kind = 0;
  for (const std::uint64_t share : kShares) {
    if (left < share) break;
    left -= share;
    ++kind;
  }
  return generated_outlier(static_cast<OutlierKind>(kind), seed, index);
}

Digit outlier_from_digits(DigitBytes a, int label_a, DigitBytes b, int label_b,
                          std::uint64_t seed) {
  for (const int label : {label_a, label_b}) {
    if (label < 0 || label >= kClasses) {
      throw Error(ErrorKind::kUsage, "no digit has the label " + std::to_string(label));
    }
  }
  std::mt19937_64 engine(seed);
  Dice dice(engine);
  const auto stays = [&](Ruin ruin) {
    const bool takes_both =
        ruin == Ruin::kHalvesSwapped || ruin == Ruin::kSidesSwapped || ruin == Ruin::kOverlaid;
    return stays_a_digit(ruin, label_a) || (takes_both && stays_a_digit(ruin, label_b));
  };
  const cv::Mat1f first = strength_of(a);
  const cv::Mat1f second = strength_of(b);
  constexpr int kTries = 20;
  const bool drawn = cv::countNonZero(first) > 0 && cv::countNonZero(second) > 0;
  for (int i = 0; drawn && i < kTries; ++i) {
    const Ruin ruin = static_cast<Ruin>(dice.below(kRuins));
    if (stays(ruin)) continue;
    const Digit digit = framed(ruined(ruin, first, second, dice));
    if (!is_blank_or_one(digit)) return digit;
  }
  return generated_outlier(seed, 0);  // `a` and `b` are blank, or the dice were very unkind
}

}  // namespace mnist
