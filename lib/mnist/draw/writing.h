// How one person writes on one page, and the ink of a single sign written so: a matrix of 0 (none)
// to 1 (full ink) that the ink fills. Internal to lib/mnist/draw. Thread-safe: nothing is shared
// but the engine that is given.
#pragma once

#include <random>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "mnist/draw/digits.h"
#include "mnist/draw/hands.h"
#include "mnist/draw/handwriting.h"
#include "mnist/draw/page.h"

namespace mnist::pen {

constexpr int kFonts = 5;  // to print in

// How one person writes on one page.
struct Writing {
  enum class Source { kStrokes, kImages, kFont };
  Source source = Source::kStrokes;
  Writer writer{};            // of strokes
  double pen = 0.1;           // width, as a share of the digits' height
  double turn = 0.0;          // of every sign, in radians
  double slant = 0.0;         // shear
  bool is_distorted = false;  // far beyond what writers do: strokes are turned and stretched, too
  double stretch = 1.0;       // width against height
  double hardness = 1.0;      // of an image's edges
  double weight = 0.0;        // of an image's strokes: above 0 thicker
  int font = 0;               // below kFonts
  int font_thickness = 1;
};
Writing any_writing(const DigitImages& images, std::mt19937_64& engine);

// `digit`, `side` pixels on its longer side.
cv::Mat1f ink_of_digit(int digit, const Writing& writing, double side, const DigitImages& images,
                       std::mt19937_64& engine);

// Strokes, `side` pixels on their longer side, drawn with a pen `pen` times that wide; a mere dot
// or short line stays as small as the pen. `softness`: of the edges, in pixels. Empty if there are
// no strokes.
cv::Mat1f ink_of_strokes(std::vector<Stroke> strokes, double pen, double side, double softness);

// Printed: a word with capitals `side` high, or one sign, `side` on its longer side.
cv::Mat1f ink_of_text(const std::string& text, int font, int thickness, double side, Dice& dice);

}  // namespace mnist::pen
