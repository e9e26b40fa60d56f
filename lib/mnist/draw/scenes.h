// Digits as people photograph and scan them, drawn in code: paper with its rules, light with its
// shadows, pens and cameras with their faults. They stand in for photographs in tests and in the
// documentation, and show which of these faults the reading of pictures tolerates.
//
// The same engine state gives the same picture on one machine; another version of OpenCV may change
// a grey value. Thread-safe: functions share nothing but the engine that they are given.
#pragma once

#include <array>
#include <random>
#include <vector>

#include "mnist/digit/digit.h"
#include "mnist/digit/prediction.h"
#include "mnist/draw/digits.h"
#include "mnist/image/image.h"

namespace mnist {

// One fault each; light, pen, size and place differ a little in all of them.
enum class Scene {
  kPlain,        // a pen on white paper
  kUnevenLight,  // light that falls off from one side
  kShadow,       // the soft edge of a shadow across the paper
  kRuled,        // rules paler than the ink, through the digit too
  kSquared,      // the same both ways
  kCell,         // the borders of a form's cell at the edge
  kPencil,       // faint grey ink on uneven paper
  kColoured,     // coloured ink on coloured paper
  kHairline,     // a thin pen on a large page
  kMarker,       // a thick one
  kGrain,        // noise of a sensor in the dark, and blur
  kBlocks,       // blocks of a strongly compressed JPEG
  kCorner,       // small, and in a corner
  kFillsFrame,   // up to the edge of the picture
  kBoard,        // chalk on a board, unevenly lit and wiped
  kBox,          // a printed box around the digit
  kCircle,       // a circle drawn around it
  kUnderline,    // one line or two under it
};
inline constexpr int kScenes = 18;

// "plain", "uneven-light" …: the names in files and tables.
const char* to_string(Scene scene);

// A picture of `drawing` (in the unit square, as draw_digit makes it) in `scene`; RGBA, its alpha
// 255. Throws Error{kUsage} for another scene.
Image photographed(const Drawing& drawing, Scene scene, std::mt19937_64& engine);

// The same for an image in MNIST's form, enlarged.
Image photographed(const Digit& digit, Scene scene, std::mt19937_64& engine);

// A page of several digits, row by row from the top: rows that rise or fall, digits of unequal size
// and spacing. With `touching`, neighbours run into each other here and there.
struct PhotographedPage {
  Image picture;
  std::vector<Box> boxes;  // of the digits' ink, in the order of `rows`
};
PhotographedPage photographed_page(const std::vector<std::vector<Drawing>>& rows, bool touching,
                                   std::mt19937_64& engine);

}  // namespace mnist
