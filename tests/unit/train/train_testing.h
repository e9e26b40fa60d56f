// What the tests of training share.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <variant>

#include "mnist/data/digit_set.h"
#include "mnist/model/network.h"
#include "mnist/train/digit_task.h"
#include "mnist/train/trainer.h"

namespace mnist::testing {

// The options of the network that the config trains.
inline ConvNetOptions& convnet_of(RunConfig& config) {
  return std::get<ConvNetOptions>(config.model);
}

inline std::unique_ptr<TrainingTask> digit_task(const RunConfig& config, const DigitSet& training,
                                                DigitSet validation = {},
                                                torch::Device device = torch::kCPU,
                                                Communicator* communicator = nullptr) {
  return std::make_unique<DigitTask>(
      config, TrainingDigits{.training = training, .validation = std::move(validation)},
      TaskPlace{.data = {}, .device = device, .communicator = communicator});
}

// Lets training run to its end, or until after one step.
class Observer : public TrainingObserver {
 public:
  explicit Observer(std::int64_t stop_after = -1) : stop_after_(stop_after) {}
  void on_step(const StepProgress& progress) override { step_ = progress.step; }
  void on_checkpoint(Trainer&) override {}
  void on_epoch(Trainer&, const EpochMetrics&, bool) override {}
  bool interrupted() override { return step_ == stop_after_; }

 private:
  std::int64_t stop_after_;
  std::int64_t step_ = 0;
};

}  // namespace mnist::testing
