#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct TrainingAttempt {
  TemporaryDirectory folder;
  fs::path config = folder / "config.json";
  fs::path out = folder / "run";

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
std::string tensors_of(const fs::path& path) {
  const std::string file = read_text(path);
  std::uint64_t header = 0;
  std::memcpy(&header, file.data(), sizeof header);
  return file.substr(sizeof header + header);
}

// The weights that a run ended with, in each file that holds any.
std::vector<std::string> weights_of(const fs::path& run) {
  return {tensors_of(run / "checkpoint"), tensors_of(run / "best.safetensors"),
          tensors_of(run / "last.safetensors")};
}

bool has_unfinished_file(const fs::path& run) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(run, ignored)) {
    if (entry.path().extension() == ".tmp") return true;
  }
  return false;
}

// Looks often, for some seconds at most: whoever waits must not wait for ever.
void wait_until(const std::function<bool()>& condition, double seconds = 60) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!condition() && std::chrono::steady_clock::now() < end) usleep(200);
}

// Runs `command` in a mount namespace of its own, where a folder can be a full or a read-only disk
// without anybody else seeing it; skips the test where the system allows none.
Outcome run_with_own_mounts(const std::string& command) {
  if (run_shell("unshare --map-root-user --mount true").exit_code != 0) {
    skip("no mount namespaces here: needs unshare(1) and the right to use it");
  }
  return run_shell("unshare --map-root-user --mount sh -c '" + command + "'");
}

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

TEST_CASE("a run resumed for more epochs ends with the weights of a longer one", "[train]") {
  const std::vector<std::string> steady = {"--set", "schedule.name=constant", "--set",
                                           "schedule.warmup=0", "--set"};
  const auto with_epochs = [&](const std::string& epochs) {
    std::vector<std::string> arguments = steady;
    arguments.push_back("training.epochs=" + epochs);
    return arguments;
  };
  const TrainingAttempt whole;
  const TrainingAttempt parts;
  REQUIRE(whole.train(with_epochs("3")).exit_code == 0);
  REQUIRE(parts.train(with_epochs("2")).exit_code == 0);
  const auto resume = [&](const std::string& assignment) {
    return run_program("mnist-train", {"--resume", parts.out.string(), "--set", assignment});
  };
  check_one_error_line(resume("training.epochs=1"), "more epochs, not fewer");
  check_one_error_line(resume("training.batch_size=8"), "a resumed run can only change");
  CHECK(resume("training.epochs=3").exit_code == 0);
  CHECK(tensors_of(parts.out / "checkpoint") == tensors_of(whole.out / "checkpoint"));
  CHECK(lines_of(read_text(parts.out / "metrics.jsonl")).size() == 3);
}

TEST_CASE("an interrupted run says how to go on, and goes on to the same weights", "[train]") {
  const std::vector<std::string> longer = {"--set", "training.epochs=12"};
  const TrainingAttempt whole;
  REQUIRE(whole.train(longer).exit_code == 0);

  const TrainingAttempt parts;
  Child child("mnist-train",
              {"--config", parts.config.string(), "--data", generated_data().string(), "--out",
               parts.out.string(), "--set", "training.epochs=12"});
  wait_until([&] { return fs::exists(parts.out / "checkpoint"); });
  child.signal(SIGINT);
  const Outcome interrupted = child.wait();
  if (interrupted.exit_code != 0) {  // it may have been quicker
    CHECK(interrupted.exit_code == 2);
    CHECK(interrupted.err.find("to go on: mnist-train --resume") != std::string::npos);
    REQUIRE(run_program("mnist-train", {"--resume", parts.out.string()}).exit_code == 0);
  }
  CHECK(tensors_of(whole.out / "checkpoint") == tensors_of(parts.out / "checkpoint"));
}

TEST_CASE("a run killed at 20 instants, and resumed, ends with the same weights", "[train]") {
  const std::vector<std::string> saved_often = {
      "--set", "training.epochs=30", "--set", "training.checkpoint_steps=2",
      "--set", "model.dropout=0.2",  "--set", "augmentation.shift=1"};
  const TrainingAttempt whole;
  REQUIRE(whole.train(saved_often).exit_code == 0);
  const std::vector<std::string> expected = weights_of(whole.out);

  std::mt19937 random(std::random_device{}());
  const auto sleep_up_to = [&](int microseconds) {
    usleep(std::uniform_int_distribution<useconds_t>(0, microseconds)(random));
  };
  int kills = 0;
  int while_writing = 0;
  while (kills < 20) {
    const TrainingAttempt attempt;
    std::vector<std::string> arguments = {"--config", attempt.config.string(),
                                          "--data",   generated_data().string(),
                                          "--out",    attempt.out.string()};
    arguments.insert(arguments.end(), saved_often.begin(), saved_often.end());
    bool finished = false;
    while (!finished) {
      const auto log_size = [&] { return read_text(attempt.out / "train.log").size(); };
      const std::size_t before = log_size();
      Child child("mnist-train", arguments);
      // Every fifth while it starts, the others while it trains, half of these while it writes.
      if (kills % 5 == 0) {
        sleep_up_to(500'000);
      } else {
        wait_until([&] { return log_size() > before; });
        sleep_up_to(150'000);
        if (kills % 2 == 0) wait_until([&] { return has_unfinished_file(attempt.out); }, 1);
      }
      if (kills < 20) child.signal(SIGKILL);
      const Outcome outcome = child.wait();
      finished = outcome.exit_code == 0;
      INFO(outcome.err);
      REQUIRE((finished || outcome.exit_code == 128 + SIGKILL));
      if (!finished) {
        ++kills;
        while_writing += has_unfinished_file(attempt.out) ? 1 : 0;
        if (fs::exists(attempt.out / "config.json")) {
          arguments = {"--resume", attempt.out.string()};
        }
      }
    }
    CHECK(weights_of(attempt.out) == expected);
    CHECK_FALSE(has_unfinished_file(attempt.out));
  }
  CHECK(while_writing > 0);
}

TEST_CASE("a run directory is one process's at a time", "[train]") {
  const TrainingAttempt attempt;
  Child child("mnist-train",
              {"--config", attempt.config.string(), "--data", generated_data().string(), "--out",
               attempt.out.string(), "--set", "training.epochs=1000"});
  wait_until([&] { return fs::exists(attempt.out / "checkpoint"); });
  check_one_error_line(run_program("mnist-train", {"--resume", attempt.out.string()}),
                       attempt.out.string() + ": another mnist-train is at work there");
  child.signal(SIGINT);
  CHECK(child.wait().exit_code == 2);
  // And it is free again.
  CHECK(run_program("mnist-train", {"--resume", attempt.out.string(), "--dry-run"}).exit_code == 0);
}

TEST_CASE("two runs begun at once without --out get folders of their own", "[train]") {
  const TrainingAttempt attempt;
  const std::vector<std::string> arguments = {"--config", attempt.config.string(), "--data",
                                              generated_data().string(), "-q"};
  const Surroundings here{.folder = attempt.folder.path()};
  Child first("mnist-train", arguments, here);
  Child second("mnist-train", arguments, here);
  std::vector<std::string> models;
  for (Child* child : {&first, &second}) {
    const Outcome outcome = child->wait();
    CHECK(outcome.exit_code == 0);
    models.push_back(lines_of(outcome.out).at(1));
  }
  std::sort(models.begin(), models.end());
  CHECK(models == std::vector<std::string>{"model runs/config-2/best.safetensors",
                                           "model runs/config/best.safetensors"});
}

TEST_CASE("a full disk ends a run with its reason, and it goes on once there is room",
          "[train][needs-mounts]") {
  const TrainingAttempt whole;
  REQUIRE(whole.train().exit_code == 0);
  const TrainingAttempt attempt;
  fs::create_directory(attempt.out);
  const std::string train = "\"" MNIST_BIN_DIR "/mnist-train\" ";
  const std::string disk = attempt.out.string();
  // Room for the first files, not for the models of an epoch; then for all.
  const Outcome outcome = run_with_own_mounts(
      "mount -t tmpfs -o size=64k none " + disk + " && " + train + "-q --config " +
      attempt.config.string() + " --data " + generated_data().string() + " --out " + disk +
      "/run; echo exit $?; mount -o remount,size=16m " + disk + " && " + train + "-q --resume " +
      disk + "/run && cp " + disk + "/run/* " + attempt.folder.path().string());
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out.starts_with("exit 2\n"));
  const auto errors = lines_of(outcome.err);
  REQUIRE_FALSE(errors.empty());
  CHECK(errors.back().find("cannot be written: no space left on device") != std::string::npos);
  CHECK(tensors_of(attempt.folder / "checkpoint") == tensors_of(whole.out / "checkpoint"));
}

TEST_CASE("a run directory that cannot be written is one line", "[train][needs-mounts]") {
  const TrainingAttempt attempt;
  fs::create_directory(attempt.out);
  fs::copy(small_run(), attempt.out / "run");
  const std::string train = "\"" MNIST_BIN_DIR "/mnist-train\" ";
  const std::string folder = attempt.out.string();
  const auto with_read_only = [&](const std::string& command) {
    return run_with_own_mounts("mount --bind " + folder + " " + folder +
                               " && mount -o remount,bind,ro " + folder + " && " + command);
  };
  check_one_error_line(with_read_only(train + "-q --resume " + folder + "/run"),
                       "cannot be written: read-only file system");
  check_one_error_line(
      with_read_only(train + "-q --config " + attempt.config.string() + " --data " +
                     generated_data().string() + " --out " + folder + "/new"),
      folder + "/new: cannot make the folder: ");
}

TEST_CASE("neither or both of --config and --resume is a usage error", "[train]") {
  check_one_error_line(run_program("mnist-train", {}), "one of --config and --resume is required");
  check_one_error_line(run_program("mnist-train", {"--config", "a", "--resume", "b"}), "cannot be used with");
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
