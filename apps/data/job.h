#pragma once

#include <ostream>

#include "data/flags.h"

namespace mnist::app::data {

// Does what flags.verb says, prints the paths of the files that it wrote to `out`, or, for `check`,
// what is odd, one line each. Returns the exit code: kConditionMet if `check` found something.
// Throws Error: for what was typed before anything is read, for what cannot be read before anything
// is written; pictures written before a write fails stay.
int run(const Flags& flags, std::ostream& out);

}  // namespace mnist::app::data
