#include "faults/fixtures.h"

#include <regex>
#include <stdexcept>
#include <string>

#include "cli/fixtures.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

void must_succeed(const std::string& program, const std::vector<std::string>& arguments,
                  const fs::path& folder) {
  const Outcome outcome = run_program(program, arguments, {.folder = folder});
  if (outcome.exit_code != 0) throw std::runtime_error(program + " failed: " + outcome.err);
}

const fs::path& shared_folder() {
  static const TemporaryDirectory folder;
  return folder.path();
}

void generate(const std::vector<std::string>& arguments) {
  must_succeed("mnist-generate", arguments, shared_folder());
}

void put(const std::string& name, const fs::path& folder) {
  fs::copy(shared_folder() / name, folder / name, fs::copy_options::recursive);
}

void put_models_and_pictures(const fs::path& folder) {
  put_models(folder);
  put_pictures(folder);
}

}  // namespace

void put_data(const fs::path& folder) {
  static const bool made = [] {
    generate({"--out", "data", "--train", "160", "--test", "40", "--seed", "7"});
    return true;
  }();
  if (made) put("data", folder);
}

void put_pictures(const fs::path& folder) {
  static const bool made = [] {
    generate(
        {"--pictures", "--count", std::to_string(kPictures), "--out", "pictures", "--seed", "3"});
    return true;
  }();
  if (made) put("pictures", folder);
}

void put_models(const fs::path& folder) {
  static const bool made = [] {
    const TemporaryDirectory place;
    const Scenario trained = training();
    trained.prepare(place.path());
    must_succeed(trained.program, trained.arguments, place.path());
    fs::copy(place / "run", shared_folder() / "run", fs::copy_options::recursive);
    return true;
  }();
  if (made) put("run", folder);
  fs::copy(fs::path(MNIST_SOURCE_DIR) / "models" / "page.safetensors", folder / "page.safetensors");
}

// Also checkpoints within an epoch; two epochs, so every file is created and then replaced.
void put_config(const fs::path& folder) {
  write_text(folder / "config.json", R"({
    "model": {"channels": [4], "hidden": 8},
    "data": {"validation": 20},
    "training": {"epochs": 2, "batch_size": 50, "checkpoint_steps": 2},
    "optimizer": {"name": "adamw", "learning_rate": 0.01},
    "threads": 1
  })");
}

Scenario training() {
  return {.program = "mnist-train",
          .arguments = {"--config", "config.json", "--data", "data", "--out", "run", "-q"},
          .prepare =
              [](const fs::path& folder) {
                put_data(folder);
                put_config(folder);
              },
          .resume = {"--resume", "run", "-q"},
          .may_say = "mnist-train: run/train.log: cannot be written; continuing without a log\n"};
}

Scenario predicting() {
  return {.program = "mnist-predict",
          .arguments = {"--model", "run", "--page-model", "page.safetensors", "-r", "pictures"},
          .prepare = put_models_and_pictures};
}

Scenario dumping() {
  return {.program = "mnist-predict",
          .arguments = {"--model", "run", "--page-model", "page.safetensors", "--dump-input",
                        "seen", "pictures/0000_label0.png"},
          .prepare = put_models_and_pictures};
}

Scenario evaluating() {
  return {.program = "mnist-eval",
          .arguments = {"--model", "run", "--data", "data", "--report", "report", "-q"},
          .prepare =
              [](const fs::path& folder) {
                put_data(folder);
                put_models(folder);
                fs::create_directory(folder / "report");
                write_text(folder / "report" / "report.html", "an older report</html>\n");
              },
          .results =
              [](std::string out) {
                static const std::regex rate("images/s .*");
                return std::regex_replace(out, rate, "images/s");
              }};
}

Scenario exporting() {
  return {.program = "mnist-export",
          .arguments = {"--model", "run", "--to", "onnx", "-o", "link", "-q"},
          .prepare = [](const fs::path& folder) {
            put_models(folder);
            write_text(folder / "model.onnx", "an older model");
            fs::create_symlink("model.onnx", folder / "link");
          }};
}

Scenario generating() {
  return {.program = "mnist-generate",
          .arguments = {"--out", "made", "--train", "20", "--test", "10"},
          .prepare = [](const fs::path&) {}};
}

Scenario converting() {
  return {.program = "mnist-data",
          .arguments = {"idx", "data/train-images-idx3-ubyte", "-o", "made/all", "-q"},
          .prepare = put_data};
}

}  // namespace mnist::testing
