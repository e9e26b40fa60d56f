// Model files, of any kind of network: what is accepted answers with numbers, and is the same after
// being saved and loaded.
#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include <ATen/Parallel.h>
#include <unistd.h>

#include "mnist/bytes/file.h"
#include "mnist/model/model_file.h"
#include "mnist/read/finder.h"
#include "mnist/read/predictor.h"

#include "fuzz.h"

namespace fs = std::filesystem;

using mnist::fuzz::accepted;
using mnist::fuzz::require;

namespace {

// A folder in memory, where there is one, for the files.
fs::path folder() {
  const fs::path memory = "/dev/shm";
  const fs::path path = (fs::is_directory(memory) ? memory : fs::temp_directory_path()) /
                        ("mnist-fuzz-" + std::to_string(::getpid()));
  fs::create_directory(path);
  return path;
}

struct Files {
  fs::path path = folder();
  fs::path given = path / "given.safetensors";
  fs::path saved = path / "saved.safetensors";

  Files() { at::set_num_threads(1); }
  ~Files() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
};

// Values that are not finite are never an answer, whatever the network makes of grey.
void check_answer(mnist::Model model) {
  mnist::Predictor predictor(std::move(model));
  mnist::Find find;
  find.digit.ink.fill(0.5F);
  find.first_look.fill(0.1);
  const mnist::Prediction prediction = predictor.predict({&find, 1}).front();
  require(std::isfinite(prediction.confidence) && std::isfinite(prediction.acceptance));
  for (const double each : prediction.probabilities) require(each >= 0 && each <= 1);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Files files;
  mnist::write_file_atomically(files.given, std::span(data, size));
  const auto network = accepted([&] { return mnist::load_network(files.given); });
  if (!network) return 0;
  mnist::save_network(files.saved, *network);
  const std::string digest = mnist::network_digest(files.saved);
  mnist::save_network(files.saved, mnist::load_network(files.saved));
  require(mnist::network_digest(files.saved) == digest);
  if (auto model = accepted([&] { return mnist::load_model(files.given); })) {
    check_answer(std::move(*model));
  }
  accepted([&] { return mnist::load_finder(files.given); });
  return 0;
}
