// Runs that are interrupted, killed, out of disk or in each other's way, and then resumed.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "cli/fixtures.h"
#include "cli/training_attempt.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

// The weights that a run ended with, in each file that has any.
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

// Checks often, for some seconds at most: a test must not wait forever.
void wait_until(const std::function<bool()>& condition, double seconds = 60) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!condition() && std::chrono::steady_clock::now() < end) usleep(200);
}

// Runs `command` in its own mount namespace, where a folder can be a full or a read-only disk
// without anybody else seeing it; skips the test if the system does not allow it.
Outcome run_with_own_mounts(const std::string& command) {
  if (run_shell("unshare --map-root-user --mount true").exit_code != 0) {
    skip("no mount namespaces here: needs unshare(1) and the right to use it");
  }
  return run_shell("unshare --map-root-user --mount sh -c '" + command + "'");
}

}  // namespace

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

}  // namespace mnist::testing
