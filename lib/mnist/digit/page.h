// What was found in a picture. Plain values: docs/formats.md names the same fields.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mnist/digit/digit.h"
#include "mnist/digit/prediction.h"

namespace mnist {

// Pixels of a picture that the reader looks at: what has more is made smaller first, so decoding
// may stop there.
inline constexpr std::uint64_t kMostUsefulPixels = 4'000'000;

// What stands somewhere on a page.
enum class FindKind {
  kDigit,
  kPoint,
  kComma,
  kSlash,       // between the parts of a date
  kHyphen,      // a hyphen, a minus
  kUnreadable,  // a digit that nobody can read: crossed out, cut off
};

// "digit", "point", "comma", "slash", "hyphen", "unreadable": the words of every output format.
const char* to_string(FindKind kind);

struct Find {
  FindKind kind = FindKind::kDigit;
  Box box{};           // of its ink, in pixels of the picture
  int row = 0;         // lines of writing, from 0 at the top
  double score = 0.0;  // how sure the page network is that it is there, 0 to 1
  // Of digits alone: its own ink in MNIST's form, as the finest scale shows it that marked it, and
  // as coarser ones do; what the page network takes it for (summing to 1), and what is said of it
  // in the end.
  Digit digit{};
  std::vector<Digit> coarser{};
  std::array<double, kClasses> first_look{};
  Prediction prediction{};
};

struct Page {
  std::vector<Find> finds{};   // row by row from the top, from left to right
  bool other_writing = false;  // letters, signs, drawings: something is there that is not a digit
  // Nothing reached the page network's threshold: the only find is the likeliest place, for whoever
  // wants a guess.
  bool is_faint = false;
};

// The page's one digit, for whoever asks for a single one: its prediction; kSeveralDigits with that
// of the surest where it holds more, kNotADigit where other writing, or nothing that was accepted
// as a digit, is all it holds, kBlank where it holds nothing, or a faint find alone. The finds must
// have predictions. Without `reject`, the surest find's prediction, wherever there is a find.
Prediction only_digit(const Page& page, bool reject = true);

// Whether the middle of `inner` lies in `outer`.
bool holds_middle(const Box& outer, const Box& inner);

// The digit that stands in `box`: its middle lies there, nearest to the box's; null if there is
// none.
const Find* find_in_box(const Page& page, const Box& box);

// The find that only_digit() speaks of; null if there is none.
const Find* surest_digit(const Page& page);

}  // namespace mnist
