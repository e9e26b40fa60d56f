#include "cli/fixtures.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "support/catch.h"
#include "support/environment.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

const TemporaryDirectory& shared_folder() {
  static const TemporaryDirectory folder;
  return folder;
}

void must_succeed(const std::string& program, const std::vector<std::string>& arguments) {
  const Outcome outcome = run_program(program, arguments);
  if (outcome.exit_code != 0) throw std::runtime_error(program + " failed: " + outcome.err);
}

}  // namespace

const fs::path& generated_data() {
  static const fs::path folder = [] {
    const fs::path made = shared_folder() / "data";
    must_succeed("mnist-generate",
                 {"--out", made.string(), "--train", "2000", "--test", "500", "--seed", "7"});
    return made;
  }();
  return folder;
}

std::string small_config() {
  return R"({
    "model": {"channels": [8, 16], "hidden": 32},
    "data": {"validation": 200},
    "training": {"epochs": 4, "batch_size": 64},
    "optimizer": {"name": "adamw", "learning_rate": 0.01},
    "threads": 1
  })";
}

const fs::path& small_run() {
  static const fs::path folder = [] {
    const fs::path config = shared_folder() / "small.json";
    const fs::path made = shared_folder() / "run";
    write_text(config, small_config());
    must_succeed("mnist-train", {"--config", config.string(), "--data", generated_data().string(),
                                 "--out", made.string(), "-q"});
    return made;
  }();
  return folder;
}

const std::vector<std::string>& pictures() {
  static const std::vector<std::string> paths = [] {
    const fs::path made = shared_folder() / "pictures";
    const Outcome outcome = run_program(
        "mnist-generate", {"--pictures", "--count", "10", "--out", made.string(), "--seed", "3"});
    return lines_of(outcome.out);
  }();
  return paths;
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void check_one_error_line(const Outcome& outcome, const std::string& text) {
  INFO(outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(lines_of(outcome.err).size() == 1);
  CHECK(outcome.err.starts_with("mnist-train: "));
  CHECK(outcome.err.find(text) != std::string::npos);
}

}  // namespace mnist::testing
