#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/fixtures.h"
#include "cli/training_attempt.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a run folder holds the record of the training", "[train]") {
  const fs::path& run = small_run();
  for (const char* name :
       {"config.json", "environment.json", "metrics.jsonl", "metrics.csv", "curves.svg",
        "best.safetensors", "last.safetensors", "checkpoint", "train.log"}) {
    INFO(name);
    CHECK(fs::file_size(run / name) > 0);
  }
  const auto rows = lines_of(read_text(run / "metrics.jsonl"));
  REQUIRE(rows.size() == 4);
  const json last = json::parse(rows.back());
  CHECK(last["epoch"] == 4);
  CHECK(last["validation_accuracy"] > 0.8);
  CHECK(last["train_loss"] < json::parse(rows.front())["train_loss"]);
  CHECK(lines_of(read_text(run / "metrics.csv")).size() == 5);
  const json environment = json::parse(read_text(run / "environment.json"));
  for (const char* file : {"images", "labels", "test_images", "test_labels"}) {
    CHECK(environment["data"][std::string(file) + "_sha256"].get<std::string>().size() == 64);
  }
  for (const char* key : {"mnist_toolkit", "torch", "compiler", "system", "device"}) {
    INFO(key);
    CHECK_FALSE(environment[key].get<std::string>().empty());
  }
  CHECK(environment["threads"] == 1);
  const std::string precision = environment["precision"];
  CHECK((precision == "float32" || precision == "bfloat16"));
  const std::string log = read_text(run / "train.log");
  CHECK(log.find("epoch 4: train loss") != std::string::npos);  // for all --quiet
  CHECK(log.find("test accuracy ") != std::string::npos);
  CHECK(read_text(run / "curves.svg").starts_with("<svg"));
}

TEST_CASE("a run that begins with a trained model begins better", "[train]") {
  const auto loss_of_first_epoch = [](const fs::path& run) {
    return json::parse(lines_of(read_text(run / "metrics.jsonl")).front())["train_loss"]
        .get<double>();
  };
  const TrainingAttempt attempt;
  const std::string from = "training.start_from=";
  REQUIRE(attempt.train({"--set", from + small_run().string()}).exit_code == 0);
  CHECK(loss_of_first_epoch(attempt.out) < 0.7 * loss_of_first_epoch(small_run()));

  const TrainingAttempt other;
  const Outcome refused =
      other.train({"--set", from + small_run().string(), "--set", "model.hidden=33"});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find("differs from the config's 'model'") != std::string::npos);
  CHECK_FALSE(fs::exists(other.out));
}

TEST_CASE("stdout gets the result alone, stderr the progress without a bar", "[train]") {
  const TrainingAttempt attempt;
  const Outcome outcome = attempt.train();
  CHECK(outcome.exit_code == 0);
  const auto results = lines_of(outcome.out);
  REQUIRE(results.size() == 2);
  CHECK(results[0].starts_with("test accuracy "));
  CHECK(results[1] == "model " + (attempt.out / "best.safetensors").string());
  CHECK(outcome.err.find("epoch 4: train loss") != std::string::npos);
  CHECK(outcome.err.find('\r') == std::string::npos);
  CHECK(outcome.err.find("guessing") == std::string::npos);
}

TEST_CASE("a training that learns nothing says so after an epoch", "[train]") {
  const TrainingAttempt attempt;
  const Outcome outcome =
      attempt.train({"--set", "optimizer.learning_rate=1e-12", "--set", "training.epochs=1"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.find("hardly that of guessing") != std::string::npos);
}

TEST_CASE("the same seed gives the same weights, byte for byte", "[train]") {
  const TrainingAttempt first;
  const TrainingAttempt second;
  REQUIRE(first.train({"--set", "model.dropout=0.2"}).exit_code == 0);
  REQUIRE(second.train({"--set", "model.dropout=0.2"}).exit_code == 0);
  CHECK(tensors_of(first.out / "checkpoint") == tensors_of(second.out / "checkpoint"));
}

TEST_CASE("a misspelt key is one line with its path, its line and the key that was meant",
          "[train]") {
  const TrainingAttempt attempt(replaced(small_config(), "batch_size", "batchsize"));
  const Outcome outcome = attempt.train();
  check_one_error_line(outcome,
                       "config.json: line 4: 'training.batchsize' is unknown; did you mean "
                       "'training.batch_size'?");
  CHECK_FALSE(fs::exists(attempt.out));
}

TEST_CASE("an impossible value names its key and its range", "[train]") {
  const TrainingAttempt attempt;
  check_one_error_line(
      attempt.train({"--set", "training.epochs=-1"}),
      "mnist-train: --set training.epochs=-1: 'training.epochs' must be between 0.001 and");
  check_one_error_line(
      attempt.train({"--set", "model.hidden=wide"}),
      "--set model.hidden=wide: 'model.hidden' must be a whole number, not \"wide\"");
  check_one_error_line(attempt.train({"--set", "trainig.epochs=1"}),
                       "--set trainig.epochs=1: 'trainig' is unknown; did you mean 'training'?");
  check_one_error_line(attempt.train({"--set", "optimizer.name=adma"}),
                       "'optimizer.name' must be one of sgd, adam, adamw, muon, not 'adma'");
  CHECK_FALSE(fs::exists(attempt.out));
}

TEST_CASE("a value that the chosen optimiser would ignore is refused", "[train]") {
  const TrainingAttempt attempt;
  check_one_error_line(attempt.train({"--set", "optimizer.momentum=0.5"}),
                       "'optimizer.momentum' is unknown");
}

TEST_CASE("a missing data folder is one line that says how to get the data", "[train]") {
  const TrainingAttempt attempt;
  check_one_error_line(
      attempt.train({"--data", "/no/such/folder"}),
      "/no/such/folder: the data folder does not exist: run scripts/fetch-mnist.sh");
  CHECK_FALSE(fs::exists(attempt.out));
}

TEST_CASE("a data folder whose name JSON cannot hold is one line and no run folder", "[train]") {
  const TrainingAttempt attempt;
  const fs::path data = attempt.folder / "d\xe9";
  fs::create_directory_symlink(generated_data(), data);
  check_one_error_line(attempt.train({"--data", data.string()}), "must be UTF-8");
  CHECK_FALSE(fs::exists(attempt.out));
}

TEST_CASE("a truncated IDX file is one line that names the file, before any training", "[train]") {
  for (const char* name : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}) {
    const TrainingAttempt attempt;
    const fs::path data = attempt.folder / "data";
    fs::copy(generated_data(), data);
    fs::resize_file(data / name, 100000);
    check_one_error_line(attempt.train({"--data", data.string()}), (data / name).string() + ": ");
    CHECK_FALSE(fs::exists(attempt.out));
  }
}

TEST_CASE("another run's checkpoint is refused", "[train]") {
  const TrainingAttempt attempt;
  REQUIRE(attempt.train({"--set", "training.epochs=2"}).exit_code == 0);
  fs::copy_file(small_run() / "checkpoint", attempt.out / "checkpoint",
                fs::copy_options::overwrite_existing);
  const Outcome outcome = run_program("mnist-train", {"--resume", attempt.out.string()});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err.find("the checkpoint is another run's") != std::string::npos);
}

TEST_CASE("an unknown device is one line and no run folder", "[train]") {
  const TrainingAttempt attempt;
  check_one_error_line(attempt.train({"--device", "tpu"}),
                       "--device: 'device' must be auto, cpu, cuda or cuda:N, not 'tpu'");
  CHECK_FALSE(fs::exists(attempt.out));
}

TEST_CASE("a config that is no JSON is one line with the place", "[train]") {
  const TrainingAttempt attempt("{\n  \"seed\": 1,\n  \"threads\" 2\n}");
  check_one_error_line(attempt.train(),
                       "config.json: line 3: expected ':' after the key, found '2'");
}

TEST_CASE("a folder that holds a run is not overwritten", "[train]") {
  const TrainingAttempt attempt;
  const std::string before = read_text(small_run() / "config.json");
  const Outcome outcome =
      run_program("mnist-train", {"--config", attempt.config.string(), "--data",
                                  generated_data().string(), "--out", small_run().string()});
  check_one_error_line(outcome, "already contains a run");
  CHECK(read_text(small_run() / "config.json") == before);
}

TEST_CASE("a dry run prints the plan and writes nothing", "[train]") {
  const TrainingAttempt attempt;
  const Outcome outcome = attempt.train({"--dry-run", "--set", "training.epochs=1.5"});
  REQUIRE(outcome.exit_code == 0);
  const json plan = json::parse(outcome.out);
  CHECK(plan["config"]["training"]["epochs"] == 1.5);
  CHECK(plan["steps_per_epoch"] == 29);  // 1800 images in batches of 64
  CHECK(plan["steps"] == 44);
  CHECK(plan["parameters"] > 1000);
  CHECK_FALSE(fs::exists(attempt.out));
}

TEST_CASE("neither or both of --config and --resume is a usage error", "[train]") {
  check_one_error_line(run_program("mnist-train", {}), "one of --config and --resume is required");
  check_one_error_line(run_program("mnist-train", {"--config", "a", "--resume", "b"}),
                       "cannot be used with");
}

TEST_CASE("asking for CUDA if there is none is one line", "[train]") {
  const Outcome version = run_program("mnist-train", {"--version"});
  REQUIRE(version.exit_code == 0);
  if (version.out.find("no CUDA device") == std::string::npos) return;
  const TrainingAttempt attempt;
  check_one_error_line(attempt.train({"--device", "cuda"}), "no CUDA device is available");
  CHECK_FALSE(fs::exists(attempt.out));
}

TEST_CASE("the fast config reaches 98.9 % on MNIST", "[train][needs-mnist]") {
  const fs::path data = mnist_files_or_skip();
  const TemporaryDirectory folder;
  const Outcome outcome =
      run_program("mnist-train", {"--config", std::string(MNIST_SOURCE_DIR) + "/configs/fast.json",
                                  "--data", data.string(), "--out", (folder / "run").string()});
  INFO(outcome.out << outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(std::stod(outcome.out.substr(std::string("test accuracy ").size())) >= 98.9);
}

}  // namespace mnist::testing
