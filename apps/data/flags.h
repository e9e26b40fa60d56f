// What was typed after mnist-data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mnist/data/image_form.h"

#include "common/flags.h"

namespace mnist::app::data {

struct Flags {
  CommonFlags common;
  DeviceFlags device;
  std::string verb;  // check, idx, pictures, sheet, suspects
  std::vector<std::string> sources;
  std::string labels;  // of IDX images; empty: the file beside them
  ImageForm form;      // of IDX images and CSVs of pixels
  std::string out;
  std::optional<int> digit;
  std::optional<std::int64_t> count;
  std::string page_model;  // empty: the shipped one
  std::string config;      // of suspects; empty: configs/fast.json
  int folds = 5;
  std::uint64_t seed = 1;
};

// Throws Error{kUsage}, or Finished after --help and --version.
Flags parse(int argc, const char* const* argv);

}  // namespace mnist::app::data
