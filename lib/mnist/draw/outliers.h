// Things that are not digits, in the form that read/ gives to what it finds in a picture: what the
// network must learn to refuse. Made in code, without anybody's pictures.
//
// The form: ink in steps of 1/255 within a box of 20x20 pixels; the centre of mass in the middle of
// 28x28, to the nearest pixel that the box allows; strokes of MNIST's weight. What a person could
// take for a digit is left out as well as possible: O, I, Z, S, B, g, q, a vertical bar, a circle;
// a mirrored 2, which is an S, or an 8 turned over.
//
// On one machine, each image depends only on its arguments; another version of OpenCV may change a
// grey value. About 150 microseconds an image. Thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "mnist/digit/digit.h"

namespace mnist {

enum class OutlierKind {
  kLatinLetter,    // by hand
  kOtherLetter,    // by hand: Greek, Cyrillic, in the manner of other scripts
  kSymbol,         // by hand: mathematics, punctuation, arrows, outlines
  kPictogram,      // by hand: faces, houses, tools …
  kPrinted,        // letters and signs of drawn fonts, light to bold
  kStrokes,        // lines, made-up characters, scribbles, loops, hatching, dots
  kSilhouette,     // filled outlines, spots, blocks
  kPartOfDigit,    // half a digit
  kSeveralDigits,  // two or three side by side
  kTexture,        // noise of many grains, checks, stripes, gradients
  kPhoto,          // soft objects and edges in uneven light
};
inline constexpr int kOutlierKinds = 11;

// Image `index`, of any kind, of the endless sequence that `seed` defines. Hand-drawn signs are the
// most frequent.
Digit generated_outlier(std::uint64_t seed, std::uint64_t index);
Digit generated_outlier(OutlierKind kind, std::uint64_t seed, std::uint64_t index);

using DigitBytes = std::span<const std::uint8_t, kDigitPixels>;

// Real digits changed until they are no longer digits: turned, mirrored, halves swapped, blocks
// shuffled, light and dark swapped, two glued into one box or laid over each other. `a` and `b`
// have MNIST's form, 255 is ink; the labels, 0 to 9, say what must not be done to them: a 6 upside
// down is a 9. Throws Error{kUsage} for another label.
Digit outlier_from_digits(DigitBytes a, int label_a, DigitBytes b, int label_b, std::uint64_t seed);

}  // namespace mnist
