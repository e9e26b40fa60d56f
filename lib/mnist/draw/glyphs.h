// How people write what is no digit: letters of several scripts, symbols, small drawings. Internal
// to lib/mnist/draw. Thread-safe.
#pragma once

#include "mnist/draw/handwriting.h"

namespace mnist::pen {

// Every style is another sign, all equally likely.
const Glyph& latin_letters();
const Glyph& other_letters();  // Greek, Cyrillic, and in the manner of other scripts
const Glyph& symbols();        // punctuation, mathematics, arrows, outlines
const Glyph& pictograms();     // hearts, houses, faces, tools …

}  // namespace mnist::pen
