#pragma once

#include <ostream>

#include "data/flags.h"

namespace mnist::app::data {

// Does what flags.verb says, and prints to `out` the paths of the files that it wrote or, for
// `check`, what is odd, one line each. Returns the exit code: kConditionMet if `check` found
// something. Throws Error: for usage errors before anything is read, for unreadable input before
// anything is written; pictures written before a write fails stay.
int run(const Flags& flags, std::ostream& out);

}  // namespace mnist::app::data
