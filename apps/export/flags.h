// What was typed after mnist-export.
#pragma once

#include <string>

#include "common/flags.h"

namespace mnist::app::exporting {  // `export` is a keyword

struct Flags {
  CommonFlags common;
  std::string model;
  std::string to;   // onnx, torchscript
  std::string out;  // "-" is stdout
};

// Throws Error{kUsage}, or Finished after --help and --version.
Flags parse(int argc, const char* const* argv);

}  // namespace mnist::app::exporting
