// Images under disturbances (draw/stress.h), as pictures.
#pragma once

#include <ostream>

#include "generate/flags.h"

namespace mnist::app::generate {

// Writes <kind>__<n>_label<d>.png, whose kind mnist-eval takes for the source, and prints the
// paths. Throws what read_idx_pair throws, and Error{kUnsupported} unless the images are 28x28.
void write_stress_set(const Flags& flags, std::ostream& out);

}  // namespace mnist::app::generate
