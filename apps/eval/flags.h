// What was typed after mnist-eval, nothing looked up yet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mnist/data/image_form.h"

#include "common/flags.h"

namespace mnist::app::eval {

struct Flags {
  CommonFlags common;
  ImageForm form;  // of the MNIST files
  DeviceFlags device;
  std::string page_model;
  std::vector<std::string> models;
  std::string data;
  std::string images;
  std::string pages;
  std::string split = "test";
  std::string format = "text";
  std::string report;
  std::string compare;
  std::optional<double> min_accuracy;
};

// Throws Error{kUsage}, or Finished after --help and --version.
Flags parse(int argc, const char* const* argv);

}  // namespace mnist::app::eval
