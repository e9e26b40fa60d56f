// A small training run, in its own folders.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/fixtures.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {

struct TrainingAttempt {
  TemporaryDirectory folder;
  std::filesystem::path config = folder / "config.json";
  std::filesystem::path out = folder / "run";

  explicit TrainingAttempt(const std::string& text = small_config()) { write_text(config, text); }

  Outcome train(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"--config", config.string(), "--out", out.string()};
    if (std::find(more.begin(), more.end(), "--data") == more.end()) {
      arguments.insert(arguments.end(), {"--data", generated_data().string()});
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program("mnist-train", arguments);
  }
};

// The data of a safetensors file, without its header: a checkpoint's holds epoch times.
inline std::string tensors_of(const std::filesystem::path& path) {
  const std::string file = read_text(path);
  std::uint64_t header = 0;
  std::memcpy(&header, file.data(), sizeof header);
  return file.substr(sizeof header + header);
}

}  // namespace mnist::testing
