#pragma once

#include <ostream>

#include "generate/flags.h"

namespace mnist::app::generate {

// Writes the four MNIST-named IDX files, or pictures named <n>_label<d>.png, and the requested
// outliers, and prints the path of each file to `out`. Returns the exit code. Throws Error{kIo}.
int run(const Flags& flags, std::ostream& out);

}  // namespace mnist::app::generate
