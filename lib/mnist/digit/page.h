// What was found in a picture. Plain values: docs/formats.md names the same fields.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mnist/digit/digit.h"
#include "mnist/digit/prediction.h"

namespace mnist {

// Pixels of a picture that the reader looks at: larger pictures are made smaller first, so decoding
// may stop there.
inline constexpr std::uint64_t kMostUsefulPixels = 4'000'000;

// What may be on a page.
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
  // Only for digits: its own ink in MNIST's form, as shown by the finest scale that marked it, and
  // by coarser ones; what the page network takes it for (summing to 1), and the final answer.
  Digit digit{};
  std::vector<Digit> coarser{};
  std::array<double, kClasses> first_look{};
  Prediction prediction{};
};

struct Page {
  std::vector<Find> finds{};   // row by row from the top, from left to right
  bool other_writing = false;  // letters, signs, drawings: something is there that is not a digit
  // Nothing reached the page network's threshold: the only find is the likeliest place, for callers
  // that want a guess.
  bool is_faint = false;
};

// The prediction of the page's only digit; kSeveralDigits with that of the surest if there are
// more, kNotADigit if there is only other writing, or nothing that was accepted as a digit, kBlank
// if there is nothing, or only a faint find. The finds must have predictions. Without `reject`, the
// surest find's prediction if there is any find.
Prediction only_digit(const Page& page, bool reject = true);

// Whether the middle of `inner` lies in `outer`.
bool holds_middle(const Box& outer, const Box& inner);

// The digit in `box`: the one whose middle lies there, nearest to the box's; null if there is none.
const Find* find_in_box(const Page& page, const Box& box);

// The find that only_digit() is about; null if there is none.
const Find* surest_digit(const Page& page);

}  // namespace mnist
