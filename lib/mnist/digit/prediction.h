// The answer for one picture. Plain values, no behaviour: docs/formats.md names the same fields.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "mnist/digit/digit.h"

namespace mnist {

// Why a picture was not accepted as a digit.
enum class Rejection {
  kBlank,          // no ink at all
  kNotADigit,      // ink, but not in the shape of a digit
  kSeveralDigits,  // more than one digit when one was asked for
  kUnsure,         // the best digit's confidence is below the threshold
};

// A rectangle in pixels of the picture, (0, 0) at its top left.
struct Box {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  friend bool operator==(const Box&, const Box&) = default;
};

struct Prediction {
  // The most probable class, 0 to 9. Set for rejected pictures too (it is what the network would
  // have said); nothing if the network was not asked (blank).
  std::optional<int> digit{};
  // Calibrated probability of `digit`; 0 if there is none.
  double confidence = 0.0;
  // Calibrated probabilities of the ten classes, summing to 1; all 0 if there is no `digit`.
  std::array<double, kClasses> probabilities{};
  // The network's probability that this is a digit at all, whichever: sigmoid(logsumexp(logits)),
  // with "not a digit" as an eleventh class of logit 0. Meaningful only if the network was trained
  // on images that are not digits. 0 if there is no `digit`.
  double acceptance = 0.0;
  // Nothing if the picture is accepted as a digit.
  std::optional<Rejection> rejection{};
};

// "blank", "not-a-digit", "several-digits", "unsure": the words of every output format.
const char* to_string(Rejection rejection);

}  // namespace mnist
