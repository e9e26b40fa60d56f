// Several mnist-train processes on this machine, started as torchrun, mpirun and srun would.
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;
using Strings = std::vector<std::string>;

void process_groups_or_skip() {
  const Outcome help = run_program("mnist-train", {"--help"});
  if (help.out.find("trains in one process only") != std::string::npos) {
    skip("this build's LibTorch lacks Gloo");
  }
}

std::string free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(bind(descriptor, reinterpret_cast<sockaddr*>(&address), length) == 0);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
  close(descriptor);
  return std::to_string(ntohs(address.sin_port));
}

// One mnist-train for each rank, all with the same arguments.
class Group {
 public:
  Group(int size, const Strings& arguments) : port_(free_port()) {
    for (int rank = 0; rank < size; ++rank) {
      start(arguments, {"WORLD_SIZE=" + std::to_string(size), "RANK=" + std::to_string(rank),
                        "MASTER_ADDR=127.0.0.1"});
    }
  }
  explicit Group() : port_(free_port()) {}

  void start(const Strings& arguments, Strings environment) {
    environment.push_back("MASTER_PORT=" + port_);
    children_.push_back(std::make_unique<Child>("mnist-train", arguments,
                                                Surroundings{.environment = environment}));
  }

  const Child& rank(int number) const { return *children_[number]; }

  Outcome wait(int number) { return children_[number]->wait(); }
  std::vector<Outcome> wait() {
    std::vector<Outcome> outcomes;
    for (const auto& child : children_) outcomes.push_back(child->wait());
    return outcomes;
  }

 private:
  std::string port_;
  std::vector<std::unique_ptr<Child>> children_;
};

// Dropout, varied images, batch normalisation, a moving average: everything that must not depend on
// the number of processes. 1800 images in batches of 64: 29 steps an epoch.
struct Training {
  TemporaryDirectory folder;
  fs::path config = folder / "config.json";

  explicit Training(int epochs) {
    json settings = json::parse(small_config());
    settings["model"]["dropout"] = 0.2;
    settings["training"]["epochs"] = epochs;
    settings["training"]["ema_decay"] = 0.9;
    settings["training"]["batch_size"] = 128;
    settings["optimizer"]["learning_rate"] = 0.001;  // rounding grows slowly
    settings["augmentation"] = {{"shift", 1.5}, {"rotation", 10}};
    write_text(config, settings.dump());
  }

  Strings arguments(const std::string& out, const Strings& more = {}) const {
    Strings all = {"--config", config.string(),  "--data", generated_data().string(),
                   "--out",    run(out).string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  fs::path run(const std::string& name) const { return folder / name; }
};

// The rows of metrics.jsonl are of the same training. Sums in another order round differently, and
// that grows from step to step: 1e-4 is for the first fifty steps or so.
void check_same_training(const fs::path& run, const fs::path& expected, double margin = 1e-4) {
  const auto rows = lines_of(read_text(run / "metrics.jsonl"));
  const auto expected_rows = lines_of(read_text(expected / "metrics.jsonl"));
  REQUIRE(rows.size() == expected_rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const json row = json::parse(rows[i]);
    const json expected_row = json::parse(expected_rows[i]);
    for (const char* name : {"train_loss", "validation_loss"}) {
      INFO("epoch " << i + 1 << ", " << name);
      CHECK(std::abs(row[name].get<double>() - expected_row[name].get<double>()) < margin);
    }
  }
}

void wait_for(const fs::path& file) {
  for (int waited = 0; !fs::exists(file); ++waited) {
    if (waited == 6'000) FAIL("no " << file.string() << " after a minute");
    usleep(10'000);
  }
}

}  // namespace

TEST_CASE("two and four processes train as one does, and rank 0 alone speaks and writes",
          "[distributed]") {
  process_groups_or_skip();
  const Training training(2);
  REQUIRE(run_program("mnist-train", training.arguments("one")).exit_code == 0);
  for (const int size : {2, 4}) {
    const std::string name = std::to_string(size) + " processes";
    INFO(name);
    const auto outcomes = Group(size, training.arguments(name)).wait();
    for (int rank = 0; rank < size; ++rank) {
      INFO("rank " << rank << ": " << outcomes[rank].err);
      CHECK(outcomes[rank].exit_code == 0);
      if (rank == 0) continue;
      CHECK(outcomes[rank].out.empty());
      CHECK(outcomes[rank].err.empty());
    }
    CHECK(outcomes[0].out.starts_with("test accuracy "));
    check_same_training(training.run(name), training.run("one"));
    CHECK(json::parse(read_text(training.run(name) / "environment.json"))["processes"] == size);
  }
}

TEST_CASE("when a rank is killed the others say so and end, and another number of ranks goes on",
          "[distributed]") {
  process_groups_or_skip();
  const Training training(8);
  REQUIRE(run_program("mnist-train", training.arguments("one")).exit_code == 0);
  const fs::path run = training.run("killed");
  Group group(2, training.arguments("killed", {"-q"}));
  wait_for(run / "checkpoint");
  const auto killed = Clock::now();
  group.rank(1).signal(SIGKILL);
  const auto outcomes = group.wait();
  CHECK(Clock::now() - killed < std::chrono::seconds(30));
  CHECK(outcomes[1].exit_code == 128 + SIGKILL);
  check_one_error_line(outcomes[0], "rank 0 of 2");
  CHECK(outcomes[0].err.find("lost contact with the other processes: ") != std::string::npos);
  CHECK(outcomes[0].err.find("to go on: mnist-train --resume " + run.string()) !=
        std::string::npos);

  for (const Outcome& outcome : Group(3, {"--resume", run.string()}).wait()) {
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
  }
  check_same_training(run, training.run("one"), 0.02);
}

TEST_CASE("when rank 0 is killed the others say so and end, and one process goes on",
          "[distributed]") {
  process_groups_or_skip();
  const Training training(8);
  const fs::path run = training.run("killed");
  Group group(3, training.arguments("killed"));
  wait_for(run / "checkpoint");
  const auto killed = Clock::now();
  group.rank(0).signal(SIGKILL);
  const auto outcomes = group.wait();
  CHECK(Clock::now() - killed < std::chrono::seconds(30));
  check_one_error_line(outcomes[1], "rank 1 of 3");
  check_one_error_line(outcomes[2], "lost contact with the other processes: ");
  CHECK(run_program("mnist-train", {"--resume", run.string()}).exit_code == 0);
  CHECK(lines_of(read_text(run / "metrics.jsonl")).size() == 8);
}

TEST_CASE("a rank that falls silent, or never comes, is waited for as long as was said",
          "[distributed]") {
  process_groups_or_skip();
  const Training training(50);
  Group group(2, training.arguments("silent", {"-q", "--peer-timeout", "2"}));
  wait_for(training.run("silent") / "checkpoint");
  group.rank(1).signal(SIGSTOP);
  Group alone;
  alone.start(training.arguments("alone", {"--peer-timeout", "1"}),
              {"WORLD_SIZE=2", "RANK=0", "MASTER_ADDR=127.0.0.1"});
  check_one_error_line(alone.wait(0), "the processes did not find each other at 127.0.0.1:");
  CHECK_FALSE(fs::exists(training.run("alone")));
  check_one_error_line(group.wait(0), "lost contact with the other processes: ");
}

TEST_CASE("a signal to one rank stops all after the same step", "[distributed]") {
  process_groups_or_skip();
  const Training training(50);
  const fs::path run = training.run("stopped");
  Group group(2, training.arguments("stopped", {"-q"}));
  wait_for(run / "checkpoint");
  group.rank(1).signal(SIGTERM);
  const auto outcomes = group.wait();
  CHECK(outcomes[0].exit_code == 2);
  CHECK(outcomes[1].exit_code == 2);
  CHECK(outcomes[1].err.empty());
  CHECK(fs::exists(run / "checkpoint"));
}

TEST_CASE("the variables of OpenMPI and of Slurm are understood", "[distributed]") {
  process_groups_or_skip();
  const Training training(1);
  Group mpi;
  Group slurm;
  for (const std::string rank : {"0", "1"}) {
    mpi.start(training.arguments("mpi", {"-q"}),
              {"OMPI_COMM_WORLD_SIZE=2", "OMPI_COMM_WORLD_RANK=" + rank,
               "OMPI_COMM_WORLD_LOCAL_SIZE=2", "OMPI_COMM_WORLD_LOCAL_RANK=" + rank});
    slurm.start(training.arguments("slurm", {"-q"}),
                {"SLURM_STEP_NUM_TASKS=2", "SLURM_PROCID=" + rank, "SLURM_LOCALID=" + rank,
                 "SLURM_STEP_NODELIST=localhost"});
  }
  for (Group* group : {&mpi, &slurm}) {
    for (const Outcome& outcome : group->wait()) {
      INFO(outcome.err);
      CHECK(outcome.exit_code == 0);
    }
  }
  check_same_training(training.run("mpi"), training.run("slurm"));
}

TEST_CASE("variables that contradict each other or do not suffice are one line", "[distributed]") {
  const Training training(1);
  const auto error_with = [&](const Strings& environment, const std::string& text) {
    check_one_error_line(
        run_program("mnist-train", training.arguments("none"), {.environment = environment}), text);
  };
  error_with({"WORLD_SIZE=2", "MASTER_ADDR=127.0.0.1"}, "RANK is not set");
  error_with({"WORLD_SIZE=2", "RANK=2", "MASTER_ADDR=127.0.0.1"},
             "RANK must be a whole number from 0 to 1, not '2'");
  error_with({"WORLD_SIZE=two", "RANK=0"}, "WORLD_SIZE must be a whole number");
  error_with({"WORLD_SIZE=2", "RANK=0"}, "MASTER_ADDR does not say");
  CHECK_FALSE(fs::exists(training.run("none")));
}

}  // namespace mnist::testing
