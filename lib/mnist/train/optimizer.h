// All parameters as one tensor, all gradients as another, and optimisers that step over them.
//
// A network's parameters become views into one flat tensor. A step is then a handful of operators
// instead of a handful per parameter, a checkpoint is a few tensors, and gradients can be averaged
// over processes in one message. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "mnist/train/config.h"

namespace mnist {

// While it lives, the module's parameters and their gradients are views into `values` and
// `gradients` (float32 [parameters]). Weights (two dimensions and more) come first: these decay.
struct FlatParameters {
  // `module` must be on its final device and must not be moved afterwards.
  explicit FlatParameters(torch::nn::Module& module);

  torch::Tensor values;
  torch::Tensor gradients;
  std::int64_t decayed = 0;  // how many leading values are weights
};

// SGD with Nesterov momentum (PyTorch's formulation), Adam (Kingma and Ba, 2015, arXiv:1412.6980,
// weight decay as an L2 term) and AdamW (Loshchilov and Hutter, 2019, arXiv:1711.05101). Equal to
// torch::optim's up to rounding.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, FlatParameters& parameters);

  // One step along parameters.gradients at this learning rate. `step` counts from 0.
  void step(double learning_rate, std::int64_t step);

  // The tensors that must be stored to go on exactly; they are the live ones, not copies.
  std::map<std::string, torch::Tensor> state();

 private:
  void step_sgd(double learning_rate);
  void step_adam(double learning_rate, std::int64_t step);

  OptimizerConfig config_;
  FlatParameters& parameters_;
  torch::Tensor first_moment_;   // Adam's m, SGD's momentum buffer
  torch::Tensor second_moment_;  // Adam's v
};

}  // namespace mnist
