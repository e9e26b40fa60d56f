// What the tests of training share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mnist/model/network.h"
#include "mnist/train/trainer.h"

namespace mnist::testing {

using Gradients = std::vector<torch::Tensor>;  // one for each parameter

inline Gradients gradients_of(const ConvNet& network) {
  Gradients copies;
  for (const torch::Tensor& parameter : network->parameters()) {
    copies.push_back(parameter.grad().to(torch::kFloat32, /*non_blocking=*/false, /*copy=*/true));
  }
  return copies;
}

// Of the worst parameter, so that a small one cannot hide behind a large one.
inline double relative_difference(const Gradients& a, const Gradients& b) {
  double worst = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    worst = std::max(worst, ((a[i] - b[i]).norm() / b[i].norm()).item<double>());
  }
  return worst;
}

// Lets a training run, to its end or until after one step.
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
