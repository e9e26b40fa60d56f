// Optimisers that step over FlatParameters. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <torch/types.h>

#include "mnist/gradient/flat_parameters.h"
#include "mnist/train/config.h"

namespace mnist {

// SGD with Nesterov momentum (PyTorch's formulation), Adam (Kingma and Ba, 2015, arXiv:1412.6980,
// weight decay as an L2 term) and AdamW (Loshchilov and Hutter, 2019, arXiv:1711.05101). Equal to
// torch::optim's up to rounding.
//
// Muon (Jordan et al., 2024, https://kellerjordan.github.io/posts/muon) for every weight except the
// last layer's, Adam for the rest. A Muon step is the momentum (Nesterov) with all its singular
// values brought near 1 by Newton-Schulz iterations. As in Jordan's airbench (2024,
// arXiv:2404.00498), each weight is held at the norm sqrt(rows), so steps and weights keep their
// proportion whatever the layer's size, and weight decay is unnecessary.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, FlatParameters& parameters);

  // One step along parameters.gradients, the config's learning rates scaled by `factor`. `step`
  // counts from 0.
  void step(double factor, std::int64_t step);

  // The tensors that must be stored to continue exactly; they are the live ones, not copies.
  std::map<std::string, torch::Tensor> state();

 private:
  void decay_weights(double learning_rate);
  void step_sgd(double learning_rate);
  void step_adam(double learning_rate, std::int64_t step);
  void step_muon(const FlatParameters::Matrix& matrix, double learning_rate);

  OptimizerConfig config_;
  FlatParameters& parameters_;
  std::int64_t adam_begin_ = 0;  // Adam updates the values from here on
  torch::Tensor first_moment_;   // Adam's m, the momentum buffer of SGD and Muon
  torch::Tensor second_moment_;  // Adam's v, from adam_begin_ on
};

}  // namespace mnist
