// What was typed after mnist-generate.
#pragma once

#include <cstdint>
#include <string>

#include "common/flags.h"

namespace mnist::app::generate {

struct Flags {
  CommonFlags common;
  std::string out;
  bool pictures = false;
  bool scenes = false;
  std::uint32_t train = 20000;
  std::uint32_t test = 2000;
  std::uint32_t count = 10;
  std::uint32_t outliers = 0;
  std::uint64_t seed = 1;
};

// Throws Error{kUsage}, or Finished after --help and --version.
Flags parse(int argc, const char* const* argv);

}  // namespace mnist::app::generate
