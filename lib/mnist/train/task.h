// What is learned: everything in training that depends on the network and its data. The trainer
// (trainer.h) sees nothing else of it; digit_task.h is the classifier's.
//
// Examples are numbers, 0 … size().examples - 1 in each epoch, and what they stand for is a
// function of the config, the epoch and the number: so a resumed run needs no generator's state.
// With several processes each has the same task, and calls the functions marked "together" at the
// same time as the others. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "mnist/gradient/flat_parameters.h"
#include "mnist/gradient/gradient_engine.h"
#include "mnist/parallel/communicator.h"
#include "mnist/train/config.h"

namespace mnist {

struct TaskSize {
  std::int64_t examples = 0;  // of an epoch: each is shown once
  std::int64_t given = 0;     // of these, not counting generated ones
  std::int64_t held_out = 0;  // validation examples; 0: none, and validate() is not called
};

// On held-out examples.
struct Validation {
  double loss = 0;
  double accuracy = 0;                    // in [0,1]; the epoch with the highest is the best
  std::map<std::string, double> further;  // for metrics.jsonl and the curves, by name; finite
};

// The final test: once, of the best model, when all decisions have been made.
struct FinalTest {
  std::string summary;    // one line for the user
  nlohmann::json record;  // what it was made with, for "data" of environment.json
};

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  virtual TaskSize size() const = 0;

  // An engine whose examples are this task's. `network`, of the config's options, is on the
  // training's device; `parameters` are its own. The engine must not outlive them or the task.
  // Throws what the communicator throws. Together.
  virtual std::unique_ptr<GradientEngine> make_gradient(
      const std::shared_ptr<torch::nn::Module>& network, FlatParameters& parameters) = 0;

  // Shows `network` these examples (int64 [M]) of `epoch`, in its current mode and without a
  // gradient, to recompute batch normalisation's statistics for averaged weights.
  virtual void show(torch::nn::Module& network, const torch::Tensor& examples,
                    std::int64_t epoch) = 0;
  // How many examples are enough for these statistics.
  virtual std::int64_t statistics_examples() const { return 2048; }

  // `network`, on the training's device, on the held-out examples: the same on every process.
  // Together.
  virtual Validation validate(const std::shared_ptr<torch::nn::Module>& network) = 0;

  // What else the model file of this network says (NetworkFile::metadata), e.g. its temperature.
  virtual std::map<std::string, std::string> calibrate(
      const std::shared_ptr<torch::nn::Module>& network) = 0;

  // Live tensors that a checkpoint must have besides those that the trainer keeps.
  virtual std::map<std::string, torch::Tensor> state() { return {}; }

  // What it learns from, for "data" of environment.json, and whether such a record is of the same
  // data.
  virtual nlohmann::json data_record() const = 0;
  virtual bool has_same_data(const nlohmann::json& record) const = 0;

  // The accuracy on the held-out examples of a network that has learned only which answer is
  // commonest; 0 if that makes no sense.
  virtual double accuracy_of_guessing() const { return 0; }

  // What is odd about its data, one line each, to be reported before training.
  virtual std::vector<std::string> remarks() const { return {}; }

  // Why test() cannot run, although the task has one: its data are absent. Throws Error{kIo} if the
  // system does not say.
  virtual std::optional<std::string> why_untested() const { return std::nullopt; }

  // Tests the model in the file after the training; nothing if the task has no test. Throws Error
  // if the test data or the model cannot be read.
  virtual std::optional<FinalTest> test(const std::filesystem::path& /*model*/) const {
    return std::nullopt;
  }
};

// Where a task works.
struct TaskPlace {
  std::filesystem::path data;          // folder of the training files; empty if none is read
  std::filesystem::path page_model{};  // file of the page network; empty unless it is needed
  torch::Device device = torch::kCPU;
  Communicator* communicator = nullptr;  // null: one process; must outlive the task
  std::filesystem::path prepared{};      // where prepared pictures are kept; empty: nowhere
  // Called with the progress while pictures are read.
  std::function<void(std::size_t done, std::size_t total)> on_picture{};
};

// Whether it reads IDX files, so that TaskPlace::data is needed.
bool reads_data(const RunConfig& config);

// Whether it needs TaskPlace::page_model.
bool needs_page_model(const RunConfig& config);

// The task that trains config.model. Throws what reading its data throws.
std::unique_ptr<TrainingTask> make_task(const RunConfig& config, const TaskPlace& place);

}  // namespace mnist
