// Labels that are probably wrong, by confident learning (metrics/label_issues.h).
#pragma once

#include <ostream>

#include "data/flags.h"
#include "data/source.h"

namespace mnist::app::data {

// Writes suspects.csv (all of them, the most suspicious first) and suspects.png (the first
// flags.count) into flags.out. Returns the exit code. Throws what cross-validation throws,
// Error{kIo}.
int find_suspects(const NamedDigits& digits, const Flags& flags, std::ostream& out);

}  // namespace mnist::app::data
