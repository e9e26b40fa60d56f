// Digits as they finally reach the classifier: found by the page network on drawn pages, with its
// idea of their ink. A classifier learns from them in addition to clean images.
#pragma once

#include <cstdint>

#include "mnist/data/digit_set.h"
#include "mnist/read/finder.h"

namespace mnist {

// `count` images that `finder` finds on pages drawn for it (draw/page.h), some of them written with
// `digits`, whose labels must be 0 to 9. A find that is one digit's ink, all of it and little else,
// has its label; one that is other writing is labelled kOutlierLabel, unless the finder takes it
// for a 1 (a bar is a 1 or a piece of something: only the page network sees what is around it); the
// rest is left out. The score from which finds count is below the finder's own. The result depends
// only on the arguments. About 10 ms per find and thread.
DigitSet found_digits(const DigitSet& digits, std::int64_t count, std::uint64_t seed,
                      const Finder& finder);

}  // namespace mnist
