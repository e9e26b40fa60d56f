// Flags that every program has, and how a command line is parsed.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace mnist::app {

struct CommonFlags {
  bool quiet = false;
  int verbose = 0;
  std::string color = "auto";  // auto, always, never
};

// What decides where and how fast the network runs; absent if the config may decide.
struct DeviceFlags {
  std::string device = "auto";
  int threads = 0;
};

// -q, -v, --color, --version, and --help with `examples` below it.
void add_common_flags(CLI::App& app, CommonFlags& flags, const std::string& examples);

// --device and --threads.
void add_device_flags(CLI::App& app, DeviceFlags& flags);

// Accepts numbers from 0 to 1; not nan, which CLI::Range lets through.
CLI::Validator probability();

// Parses. --help and --version print to stdout and throw Finished; a mistake throws Error{kUsage}
// with CLI11's one line; so does an empty value.
void parse_command_line(CLI::App& app, int argc, const char* const* argv);

}  // namespace mnist::app
