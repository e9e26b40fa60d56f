// Labels that are probably wrong, by confident learning (metrics/label_issues.h).
#pragma once

#include <ostream>

#include <torch/types.h>

#include "mnist/train/config.h"

#include "data/flags.h"
#include "data/source.h"

namespace mnist::app::data {

struct SuspectsJob {
  Flags flags;
  RunConfig config;  // as written, except for the seed
  torch::Device device;
};

// Reads the config and finds the device. Throws Error.
SuspectsJob resolve_suspects(const Flags& flags);

// Writes suspects.csv (all of them, the most suspicious first) and suspects.png (the first
// flags.count) into flags.out. Returns the exit code. Throws what cross-validation throws, and
// Error{kIo}.
int find_suspects(const SuspectsJob& job, const NamedDigits& digits, std::ostream& out);

}  // namespace mnist::app::data
