// Checkpoints with one fault each: each is refused with its own message. (Faults of the container
// that holds them: unit/bytes/malformed_safetensors_test.cpp.)
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mnist/bytes/file.h"
#include "mnist/train/run_directory.h"

#include "support/allocations.h"
#include "support/torch_catch.h"
#include "unit/model/damaged_model.h"
#include "unit/train/train_testing.h"

namespace mnist {

using testing::DamagedModel;
using testing::digit_task;
using testing::TemporaryDirectory;

namespace {

struct Row {
  const char* fault;
  std::function<void(DamagedModel&)> damage;
  std::string message;
};

Row metadata(const std::string& key, const std::string& value, const std::string& message) {
  return {"another value in the metadata",
          [=](DamagedModel& file) { file.metadata()[key] = value; }, message};
}

Row lacking(const std::string& key) {
  return {"metadata without a key", [=](DamagedModel& file) { file.metadata().erase(key); },
          "not a checkpoint: its metadata lack '" + key + "'"};
}

// `value` in place of the state's `key`; none for a null.
Row state(const std::string& key, const nlohmann::json& value, const std::string& message) {
  return {"another value in the state",
          [=](DamagedModel& file) {
            nlohmann::json changed = nlohmann::json::parse(file.metadata().at("state"));
            changed[key] = value;
            if (value.is_null()) changed.erase(key);
            file.metadata()["state"] = changed.dump();
          },
          message};
}

std::vector<Row> broken_checkpoints() {
  const std::string no_fit = "the checkpoint does not fit the config";
  const auto flat = [](DamagedModel& file) {
    file.replace("parameters", file.tensor("parameters").unsqueeze(0));
  };
  const auto doubles = [](DamagedModel& file) {
    file.replace("buffer.norm1.running_var",
                 file.tensor("buffer.norm1.running_var").to(torch::kFloat64));
  };
  return {
      lacking("format"),
      lacking("state"),
      metadata("format", "mnist-toolkit model 1",
               R"(unknown checkpoint format "mnist-toolkit model 1")"),
      metadata("state", "[]", "'state' in the metadata: does not contain a JSON object"),
      metadata("state", "{\"step\":1",
               "'state' in the metadata: line 1: expected ',' or '}', found the end"),
      metadata("state", R"({"a":)" + std::string(100'000, '['),
               "'state' in the metadata: line 1: nested more than 32 levels deep"),
      state("step", nullptr, "the checkpoint has no whole number 'step'"),
      state("step", -1, "the checkpoint is another run's"),
      state("loss_images", 1e300, "the checkpoint has no whole number 'loss_images'"),
      state("epoch_seconds", "1", "the checkpoint has no number 'epoch_seconds'"),
      state("best_accuracy", true, "the checkpoint has no number 'best_accuracy'"),
      state("best_epoch", 0.5, "the checkpoint has no whole number 'best_epoch'"),
      state("history", {{{"epoch", 1}}}, "the checkpoint's 'history' ends at epoch 0"),
      {"a tensor left out", [](DamagedModel& file) { file.remove("loss_sum"); },
       no_fit + ": it lacks tensor \"loss_sum\""},
      {"a tensor too many", [](DamagedModel& file) { file.replace("average2", torch::zeros({2})); },
       no_fit + ": it holds tensor \"average2\""},
      {"another shape", flat, no_fit + " at tensor \"parameters\""},
      {"another type", doubles, no_fit + " at tensor \"buffer.norm1.running_var\""},
  };
}

}  // namespace

TEST_CASE("every malformed checkpoint is refused in its own words, in little memory", "[train]") {
  const TemporaryDirectory folder;
  RunConfig config;
  testing::convnet_of(config) = {.channels = {4}, .hidden = 0};
  config.training = {.epochs = 1, .batch_size = 32};
  Trainer trainer(config, digit_task(config, generate_digit_set(40, 1), generate_digit_set(20, 2)),
                  torch::kCPU);
  RunDirectory run = RunDirectory::create(folder / "run", config, nlohmann::json::object());
  run.write_checkpoint(trainer);
  trainer.restore(run.read_checkpoint());  // sound
  const auto path = folder / "run" / "checkpoint";
  const Bytes sound = read_file(path, 1 << 30);
  std::set<std::string> messages;
  for (const Row& row : broken_checkpoints()) {
    INFO(row.fault << ": " << row.message);
    DamagedModel file(sound);
    row.damage(file);
    file.save(path);
    const testing::AllocationPeak peak;
    std::string message = "it was taken";
    try {
      trainer.restore(run.read_checkpoint());
    } catch (const Error& error) {
      message = error.message();
    }
    CHECK(peak.bytes() < std::int64_t{16} << 20);
    CHECK(message == row.message);
    messages.insert(message);
  }
  CHECK(messages.size() == broken_checkpoints().size());
}

}  // namespace mnist
