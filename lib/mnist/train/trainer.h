// The training loop.
//
// Exactness: batches, their order and dropout are functions of the seed and the step; everything
// else that a step depends on is in checkpoint(). So the same config, data, device and thread count
// give the same weights bit for bit, whether or not the run was interrupted in between.
//
// Several processes, each with a Trainer of the same config and data and a Communicator: each
// computes its share of every batch, gradients are summed, and all take the same step. The batches
// and what varies them are those of one process; so are the weights, up to rounding.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include "mnist/data/digit_set.h"
#include "mnist/model/model_file.h"
#include "mnist/train/communicator.h"
#include "mnist/train/config.h"
#include "mnist/train/loss.h"
#include "mnist/train/optimizer.h"

namespace mnist {

class Bfloat16Gradient;
class FusedGradient;

// One row of metrics.jsonl; `epoch` counts from 1.
struct EpochMetrics {
  std::int64_t epoch = 0;
  double seconds = 0;  // of training alone, without validation and writing
  double train_loss = 0;
  std::optional<double> validation_loss;
  std::optional<double> validation_accuracy;
  double learning_rate = 0;  // of the epoch's last step
  double images_per_second = 0;
};

nlohmann::json to_json(const EpochMetrics& metrics);
EpochMetrics epoch_metrics_from_json(const nlohmann::json& json);

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
  // Within an epoch, every training.checkpoint_steps steps: the time to keep a checkpoint.
  virtual void on_checkpoint(Trainer& trainer) = 0;
  // After each epoch, its validation included; `keep` says that of the weights so far these are the
  // ones to use, as training.best_epoch has it (always so without a validation split).
  virtual void on_epoch(Trainer& trainer, const EpochMetrics& metrics, bool keep) = 0;
  // True ends the run after the current step, on every rank.
  virtual bool interrupted() = 0;
};

enum class TrainingOutcome { kFinished, kStoppedEarly, kInterrupted };

// All that is needed to go on exactly: docs/formats.md, "Checkpoint".
struct Checkpoint {
  std::map<std::string, torch::Tensor> tensors;
  nlohmann::json state;
};

class Trainer {
 public:
  // `validation` may be empty. `communicator` must outlive the trainer; null: one process. On CUDA,
  // cuDNN is deterministic from then on, in the whole process. Throws Error{kUsage} where the
  // config and the data contradict.
  Trainer(const RunConfig& config, const DigitSet& training, DigitSet validation,
          torch::Device device, Communicator* communicator = nullptr);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // Trains from the current step, which is rank 0's, to the last. Throws what the communicator
  // throws when another rank is gone.
  TrainingOutcome run(TrainingObserver& observer);

  // The weights as they would be used now (the moving average where there is one), as a model on
  // the CPU with its temperature fitted on the validation split.
  Model model();

  Checkpoint checkpoint();
  // Takes up where `checkpoint` was made. Throws Error{kCorrupt} when it does not fit the network.
  void restore(const Checkpoint& checkpoint);

  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t total_steps() const { return total_steps_; }
  std::int64_t step() const { return step_; }
  // What it multiplies: "float32" or "bfloat16", where the config may say "auto".
  const std::string& precision() const { return config_.training.precision; }
  const std::vector<EpochMetrics>& history() const { return history_; }
  // The highest validation accuracy so far; below 0 without a validation split.
  double best_accuracy() const { return best_accuracy_; }

 private:
  // A weighted mean in the making: sum over images of the loss, and how many.
  struct RunningLoss {
    torch::Tensor sum;  // float64 scalar on the device: reading it would wait for the device
    std::int64_t images = 0;
  };

  // Trains to the end of the running epoch; false when the observer interrupted it.
  bool train_epoch(TrainingObserver& observer);
  // One step on a batch; true when any rank was told to stop.
  bool train_step(const torch::Tensor& batch, bool stop);
  // Sums gradients and loss over the ranks. True when `stop` is on any of them.
  bool exchange(torch::Tensor& loss, bool stop);
  // Rank 0's state on every rank: what it resumed from, and an end to any drift of rounding between
  // machines that are not alike.
  void adopt_state_of_rank_0();
  bool on_any_rank(bool value) const;
  // Images and labels that the temperature is fitted on.
  std::pair<torch::Tensor, torch::Tensor> calibration_digits() const;
  // Float32 [B,1,28,28] in [0,1] on the training's device, varied.
  torch::Tensor batch_ink(const torch::Tensor& rows) const;
  // This rank's part of the mean loss over the batch, as a scalar; leaves its gradient in
  // parameters_. The parts of all ranks add up to loss and gradient of the batch.
  torch::Tensor loss_and_gradient(const torch::Tensor& batch);
  torch::Tensor bfloat16_loss_and_gradient(const torch::Tensor& rows, std::int64_t first,
                                           std::int64_t batch_size);
  torch::Tensor autograd_loss_and_gradient(const torch::Tensor& rows, std::int64_t first,
                                           std::int64_t batch_size);
  bool computes_in_bfloat16() const;
  std::uint64_t dropout_seed() const;
  EpochMetrics finish_epoch(double seconds);
  bool record_best(const EpochMetrics& metrics);
  bool out_of_patience() const;
  // The network as it would be used now, on the training device.
  ConvNet averaged_network();
  // Batch normalisation's statistics for these weights: averaged weights are smaller than those the
  // running statistics were gathered with (Izmailov et al., 2018, arXiv:1803.05407, section 3.2).
  void renew_statistics(ConvNet& network);
  std::map<std::string, torch::Tensor> state_tensors();
  nlohmann::json state_numbers() const;
  void restore_numbers(const nlohmann::json& state);
  double schedule_factor_at(std::int64_t step) const;

  RunConfig config_;
  torch::Device device_;
  torch::Device data_device_;   // where the training images and labels are
  Communicator* communicator_;  // null: one process
  torch::Tensor images_;        // uint8 [N,1,28,28]
  torch::Tensor labels_;        // int64 [N]
  DigitSet validation_;
  LossOptions loss_options_;
  ConvNet network_{nullptr};
  std::optional<FlatParameters> parameters_;
  std::optional<Optimizer> optimizer_;
  // At most one of these, instead of autograd, where it knows the network.
  std::unique_ptr<FusedGradient> fused_;
  std::unique_ptr<Bfloat16Gradient> bfloat16_;
  torch::Tensor message_;      // what a step exchanges: the gradients, the loss, whether to stop
  torch::Tensor average_;      // moving average of parameters_->values; undefined without one
  ConvNet averaged_{nullptr};  // averaged_network() of step averaged_step_
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
