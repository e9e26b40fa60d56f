// Image -> Digit: brings any picture of a handwritten digit into the form that MNIST's images have.
//
// MNIST's own recipe (LeCun et al., "Gradient-based learning applied to document recognition",
// 1998, section III.A): the digit's box is scaled to fit 20x20 with its aspect kept, grey from
// anti-aliasing, and placed in 28x28 with its centre of mass in the middle. Before it, the picture
// is made ink on paper. Every step is in docs/reading-pictures.md. Thread-safe.
#pragma once

#include <optional>

#include "mnist/digit/digit.h"
#include "mnist/digit/prediction.h"
#include "mnist/image/image.h"

namespace mnist {

enum class Polarity {
  kAuto,         // decide from the picture
  kDarkOnLight,  // dark ink on light paper
  kLightOnDark,  // light ink on dark ground, as in MNIST
};

struct NormalizeOptions {
  Polarity polarity = Polarity::kAuto;
};

// What the picture's ink looked like: features for a later judgement of whether it is a digit.
struct InkStatistics {
  double contrast = 0.0;  // of ink with its paper, 0 to 1
  double noise = 0.0;     // standard deviation of the paper, in the same unit
  double share = 0.0;     // of all ink found: that which belongs to the digit
  double stroke = 0.0;    // mean stroke width, in pixels of the 20x20 box, as the picture has it
  double length = 0.0;    // of all strokes together, in the same pixels
  int marks = 0;          // connected pieces of ink in the digit
  double doubt = 0.0;     // how little it looks like a pen's digit on paper: about 0 for real ones
};

struct NormalizedDigit {
  Digit digit{};  // all 0 when `rejection` is kBlank
  Box box{};      // where in the picture the digit's ink is
  InkStatistics ink{};
  // Set where the picture alone tells that it holds no single digit, before any network is asked.
  std::optional<Rejection> rejection{};
};

// Finds the one digit in `image`. A 28x28 picture that has MNIST's own form already keeps its
// pixels exactly, one of dark ink on white its inverted pixels. Transparent pixels count as white
// paper (black, where white would hide every stroke). Throws nothing; an empty image is blank.
NormalizedDigit normalize(const Image& image, const NormalizeOptions& options = {});

}  // namespace mnist
