#include "mnist/train/run_directory.h"

#include <filesystem>
#include <string>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/model/model_file.h"

#include "support/environment.h"
#include "support/torch_catch.h"
#include "unit/train/train_testing.h"

namespace mnist {

using testing::convnet_of;
using testing::digit_task;
using testing::TemporaryDirectory;

TEST_CASE("a run's folder that cannot be looked into is an error like any other", "[train]") {
  const TemporaryDirectory folder;
  CHECK_THROWS_AS(RunDirectory::open(folder / std::string(300, 'n')), Error);
  const auto circle = [](const std::filesystem::path& file) {
    std::filesystem::create_symlink(file.filename(), file);
  };
  circle(folder / "config.json");
  CHECK_THROWS_AS(RunDirectory::open(folder.path()), Error);
  CHECK_THROWS_AS(RunDirectory::create(folder.path(), {}, {}), Error);
  const RunDirectory run = RunDirectory::create(folder / "run", {}, {});
  circle(folder / "run" / "checkpoint");
  CHECK_THROWS_AS(run.has_checkpoint(), Error);
}

TEST_CASE("a run's folder holds what the task says of the network", "[train]") {
  const TemporaryDirectory folder;
  RunConfig config;
  convnet_of(config) = {.channels = {4}, .hidden = 0};
  config.training = {.epochs = 1, .batch_size = 32};
  Trainer trainer(config, digit_task(config, generate_digit_set(40, 1), generate_digit_set(20, 2)),
                  torch::kCPU);
  testing::Observer observer;
  trainer.run(observer);
  RunDirectory run = RunDirectory::create(folder / "run", config, nlohmann::json::object());
  run.write_epoch(trainer, true);
  const Model model = load_model(run.best_model());
  CHECK(model.network->options == config.model);
  CHECK(model.temperature != 1.0);
  CHECK(model.training["epoch"] == 1);
  CHECK(model.training["config"] == config.to_json());
  const Checkpoint checkpoint = run.read_checkpoint();
  Trainer other(config, digit_task(config, generate_digit_set(40, 1), generate_digit_set(20, 2)),
                torch::kCPU);
  other.restore(checkpoint);
  CHECK(other.step() == trainer.step());
}

}  // namespace mnist
