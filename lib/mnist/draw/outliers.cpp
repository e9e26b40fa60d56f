// An image is made in one of three ways:
//   - strokes, rendered straight into the 20x20 box;
//   - a small raster, brought to the box by digit/frame.h;
//   - a small picture with paper, light and noise, whose dark or light parts are brought there.
#include "mnist/draw/outliers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/draw/digits.h"
#include "mnist/draw/glyphs.h"
#include "mnist/draw/handwriting.h"
#include "mnist/draw/outlier_form.h"

namespace mnist {

using namespace pen;

namespace {

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

// Loops in a row, as when somebody tries a pen.
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
  // Characters that no font makes look like a digit.
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

// Corners around a middle: a spot if they lie close to a circle, a splash if they do not.
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

}  // namespace

Digit generated_outlier(OutlierKind kind, std::uint64_t seed, std::uint64_t index) {
  std::mt19937_64 engine(mix_seed(mix_seed(seed, index), static_cast<std::uint64_t>(kind)));
  Digit digit = draw(kind, engine);
  while (is_blank_or_one(digit)) digit = draw(kind, engine);
  return digit;
}

Digit generated_outlier(std::uint64_t seed, std::uint64_t index) {
  // Of 100. Letters and symbols are what people write where a digit is expected.
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

}  // namespace mnist
