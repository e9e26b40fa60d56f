// Digits as they come to the classifier in the end: found by the page network on drawn pages, with
// its idea of their ink. What a classifier learns from besides clean images.
#pragma once

#include <cstdint>

#include "mnist/data/digit_set.h"
#include "mnist/read/finder.h"

namespace mnist {

// `count` images that `finder` finds on pages drawn for it (draw/page.h), some of them written with
// `digits`, whose labels must be 0 to 9. A find that is one digit's ink, all of it and little else,
// has its label; one that is other writing is labelled kOutlierLabel, unless the finder takes it
// for a 1 (a bar is a 1 or a piece of something: only the page network sees what is around it); the
// rest is left out. Finds count from a score below the finder's own. A function of its arguments
// alone. About 10 ms for each find and thread.
DigitSet found_digits(const DigitSet& digits, std::int64_t count, std::uint64_t seed,
                      const Finder& finder);

}  // namespace mnist
