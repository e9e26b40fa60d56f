// How people write what is not a digit: letters of several scripts, symbols, small drawings, and
// the marks between digits. Internal to lib/mnist/draw. Thread-safe.
#pragma once

#include <cstddef>
#include <string_view>

#include "mnist/draw/handwriting.h"
#include "mnist/draw/signs.h"

namespace mnist::pen {

// Each style is a different sign, or a different way of writing one; all are equally likely. Nobody
// should take one of these for a digit.
const Glyph& latin_letters();  // printed and cursive
const Glyph& other_letters();  // Greek, Cyrillic, and in the manner of other scripts
const Glyph& symbols();        // punctuation, mathematics, currencies, ticks, arrows, outlines
const Glyph& pictograms();     // hearts, houses, faces, tools …

// Signs that are written like a digit: y and 4, S and 5, O and 0, theta and 8. Some do not differ
// from it at all.
const Glyph& look_alikes();
// Of look_alikes()[index]: what it is, such as "y" or "theta"; the digits it resembles, nearest
// first, such as "4 9".
std::string_view look_alike_name(std::size_t index);
std::string_view look_alike_digits(std::size_t index);

// In units of a digit's height, from 0 at its top to 1 at its foot; x from the separator's left
// end. Throws Error{kUsage} for an unknown separator.
const Glyph& separators(Separator separator);

}  // namespace mnist::pen
