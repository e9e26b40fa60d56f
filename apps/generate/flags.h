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
  bool foreign = false;
  std::uint32_t pages = 0;
  int width = 384;  // of pages, in pixels
  int height = 256;
  std::string stress;  // the IDX images to disturb
  std::string labels;  // theirs
  std::uint32_t train = 20000;
  std::uint32_t test = 2000;
  std::uint32_t count = 10;
  std::uint32_t per_kind = 1000;
  std::uint32_t outliers = 0;
  std::uint64_t seed = 1;
};

// Throws Error{kUsage}, or Finished after --help and --version.
Flags parse(int argc, const char* const* argv);

}  // namespace mnist::app::generate
