// The training loop: steps, schedule, moving average, epochs, checkpoint, several processes.
//
// Exactness: batches, their order and dropout are functions of the seed and the step; everything
// else that a step depends on is in checkpoint(). So the same config, data, device and thread count
// give the same weights bit for bit, whether or not the run was interrupted in between.
//
// Several processes, each with a Trainer of the same config and task and a Communicator: each
// computes its share of every batch, gradients are summed, and all take the same step. The batches
// are those of one process; so are the weights, up to rounding.
//
// The task (task.h) decides what is learned and how its gradient is computed. Not thread-safe.
#pragma once

#include <cstdint>
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
#include "mnist/model/network_file.h"
#include "mnist/parallel/communicator.h"
#include "mnist/train/config.h"
#include "mnist/train/epoch_metrics.h"
#include "mnist/train/optimizer.h"
#include "mnist/train/task.h"

namespace mnist {

struct StepProgress {
  std::int64_t step;   // steps done in the whole run
  std::int64_t total;  // steps of the whole run
  std::int64_t epoch;  // running epoch, from 1
  double images_per_second;
};

class Trainer;

// What a program does while training runs. Called between steps, on the training thread.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void on_step(const StepProgress& progress) = 0;
  // Within an epoch, every training.checkpoint_steps steps: the time to save a checkpoint.
  virtual void on_checkpoint(Trainer& trainer) = 0;
  // After each epoch, its validation included; `keep` says that these are the weights to use so
  // far, according to training.best_epoch (always true without a validation split).
  virtual void on_epoch(Trainer& trainer, const EpochMetrics& metrics, bool keep) = 0;
  // True ends the run after the current step, on every rank.
  virtual bool interrupted() = 0;
};

enum class TrainingOutcome { kFinished, kStoppedEarly, kInterrupted };

// Everything needed to continue exactly: docs/formats.md, "Checkpoint".
struct Checkpoint {
  std::map<std::string, torch::Tensor> tensors;
  nlohmann::json state;
};

class Trainer {
 public:
  // `task` is that of the same config, place and communicator; the latter must outlive the trainer,
  // null: one process. On CUDA, cuDNN is deterministic from then on, in the whole process. Throws
  // what the task throws.
  Trainer(const RunConfig& config, std::unique_ptr<TrainingTask> task, torch::Device device,
          Communicator* communicator = nullptr);
  ~Trainer() = default;
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // Begins with the weights and statistics of `file` instead of those drawn from the seed; before
  // the first step. With several processes those of rank 0 count. Throws Error{kUsage} if its
  // network is not the one that the config describes.
  void begin_with(const NetworkFile& file);

  // Trains from the current step, which is rank 0's, to the last. Throws what the communicator
  // throws if another rank is gone.
  TrainingOutcome run(TrainingObserver& observer);

  // The weights as they would be used now (the moving average if there is one), on the CPU, with
  // what the task says about them; without their training record.
  NetworkFile model();

  Checkpoint checkpoint();
  // Continues where `checkpoint` was made. Throws Error{kCorrupt} if it does not fit the network.
  void restore(const Checkpoint& checkpoint);

  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t total_steps() const { return total_steps_; }
  std::int64_t step() const { return step_; }
  // What it multiplies: "float32" or "bfloat16", even if the config says "auto".
  std::string precision() const { return std::string(gradient_->precision()); }
  const TrainingTask& task() const { return *task_; }
  const std::vector<EpochMetrics>& history() const { return history_; }
  // The highest validation accuracy so far; below 0 without a validation split.
  double best_accuracy() const { return best_accuracy_; }

 private:
  // A running weighted mean: the sum of the loss over examples, and their number.
  struct RunningLoss {
    torch::Tensor sum;  // float64 scalar on the device: reading it would wait for the device
    std::int64_t examples = 0;
  };

  // Trains to the end of the running epoch; false if the observer interrupted it.
  bool train_epoch(TrainingObserver& observer);
  // One step on a batch; true if any rank was told to stop.
  bool train_step(const torch::Tensor& batch, bool stop);
  // Sums gradients and loss over the ranks. True if `stop` is on any of them.
  bool exchange(torch::Tensor& loss, bool stop);
  // Rank 0's state on every rank: what it resumed from, and an end to any rounding drift between
  // machines that differ.
  void adopt_state_of_rank_0();
  bool on_any_rank(bool value) const;
  // This process's part of the mean loss over the batch, as a scalar; leaves its gradient in
  // parameters_. The parts of all ranks add up to loss and gradient of the batch.
  torch::Tensor loss_and_gradient(const torch::Tensor& batch);
  EpochMetrics finish_epoch(double seconds);
  bool record_best(const EpochMetrics& metrics);
  bool out_of_patience() const;
  // The network as it would be used now, on the training device.
  std::shared_ptr<torch::nn::Module> averaged_network();
  // Batch normalisation's statistics for these weights: averaged weights are smaller than those the
  // running statistics were gathered with (Izmailov et al., 2018, arXiv:1803.05407, section 3.2).
  void renew_statistics(torch::nn::Module& network);
  std::map<std::string, torch::Tensor> state_tensors();
  nlohmann::json state_numbers() const;
  void restore_numbers(const nlohmann::json& state);
  double schedule_factor_at(std::int64_t step) const;

  RunConfig config_;
  torch::Device device_;
  Communicator* communicator_;  // null: one process
  std::unique_ptr<TrainingTask> task_;
  std::int64_t examples_;  // of an epoch
  std::shared_ptr<torch::nn::Module> network_;
  std::optional<FlatParameters> parameters_;
  std::optional<Optimizer> optimizer_;
  std::unique_ptr<GradientEngine> gradient_;
  torch::Tensor message_;  // what a step exchanges: the gradients, the loss, whether to stop
  torch::Tensor average_;  // moving average of parameters_->values; undefined without one
  std::shared_ptr<torch::nn::Module> averaged_;  // averaged_network() of step averaged_step_
  std::int64_t averaged_step_ = -1;
  std::int64_t steps_per_epoch_ = 0;
  std::int64_t total_steps_ = 0;

  std::int64_t step_ = 0;
  RunningLoss loss_;
  double epoch_seconds_ = 0;  // spent on the running epoch before it was interrupted
  std::vector<EpochMetrics> history_;
  double best_accuracy_ = -1;
  std::int64_t best_epoch_ = 0;  // the first with that accuracy
};

}  // namespace mnist
