// What was typed after mnist-serve, nothing looked up yet.
#pragma once

#include <string>
#include <vector>

#include "common/flags.h"

namespace mnist::app::serve {

struct Flags {
  CommonFlags common;
  std::string model;
  std::string page_model;
  std::string host = "127.0.0.1";
  int port = 8080;  // 0: any free one
  std::vector<std::string> allowed_hosts;
  std::string token;    // empty: $MNIST_SERVE_TOKEN, or a random one if one is required
  double timeout = 8;   // seconds for reading a picture
  std::string collect;  // folder for corrections; empty: none are kept
  std::string review;   // folder of pictures to go through; empty: none
  bool open = false;
  DeviceFlags device;
};

// Throws Error{kUsage}, or Finished after --help and --version.
Flags parse(int argc, const char* const* argv);

}  // namespace mnist::app::serve
