// What was typed after mnist-train, nothing looked up yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/flags.h"

namespace mnist::app::train {

struct Flags {
  CommonFlags common;
  std::string config;
  std::string data;
  std::string out;
  std::vector<std::string> set;  // "key.path=value"
  std::string resume;
  std::optional<std::int64_t> seed;
  std::optional<std::string> device;
  std::optional<int> threads;
  int peer_timeout = 30;  // seconds
  bool dry_run = false;
};

// Throws Error{kUsage}, or Finished after --help and --version.
Flags parse(int argc, const char* const* argv);

}  // namespace mnist::app::train
