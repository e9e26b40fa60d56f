#pragma once

#include <ostream>

#include "data/flags.h"

namespace mnist::app::data {

// Does what flags.verb says, prints the paths of the files that it wrote to `out`, or, for `check`,
// what is odd, one line each. Returns the exit code. Throws Error, nothing written then.
int run(const Flags& flags, std::ostream& out);

}  // namespace mnist::app::data
