#pragma once

#include <ostream>

#include "export/flags.h"

namespace mnist::app::exporting {

// Writes the file, atomically, and prints its path to `out`; or writes the file's content to `out`.
// Returns the exit code. Throws Error.
int run(const Flags& flags, std::ostream& out);

}  // namespace mnist::app::exporting
