// What was typed after mnist-predict, nothing looked up yet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mnist/digit/polarity.h"
#include "mnist/report/prediction_lines.h"

#include "common/flags.h"

namespace mnist::app::predict {

struct Flags {
  CommonFlags common;
  DeviceFlags device;
  std::vector<std::string> paths;  // "-" is one picture on stdin
  std::string files_from;          // a list of paths; "-" is stdin
  bool null_separated = false;     // the list's separator is NUL, not newline
  bool recursive = false;
  std::string model;
  std::string page_model;
  PredictionFormat format;
  Polarity polarity = Polarity::kAuto;
  std::optional<double> reject_below;
  bool reject = true;
  bool fail_on_reject = false;
  std::string dump_input;
  std::string explain;
  std::string review_to;

  // Whether the pictures themselves are still needed after reading.
  bool shows_pictures() const { return !explain.empty() || !review_to.empty(); }
};

// Throws Error{kUsage}, or Finished after --help and --version.
Flags parse(int argc, const char* const* argv);

}  // namespace mnist::app::predict
