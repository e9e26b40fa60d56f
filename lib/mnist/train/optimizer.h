// All parameters as one tensor, all gradients as another, and optimisers that step over them.
//
// A network's parameters become views into one flat tensor. A step is then a handful of operators
// instead of a handful per parameter, a checkpoint is a few tensors, and gradients can be averaged
// over processes in one message. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "mnist/train/config.h"

namespace mnist {

// While it lives, the module's parameters and their gradients are views into `values` and
// `gradients` (float32 [parameters]). Weights (two dimensions and more) come first: these decay.
struct FlatParameters {
  // A weight as a matrix: one row for each output, columns in the order of memory.
  struct Matrix {
    std::int64_t offset;
    std::int64_t rows;
    std::int64_t columns;

    torch::Tensor of(const torch::Tensor& flat) const {
      return flat.narrow(0, offset, rows * columns).view({rows, columns});
    }
  };

  // `module` must be on its final device and must not be moved afterwards.
  explicit FlatParameters(torch::nn::Module& module);

  torch::Tensor values;
  torch::Tensor gradients;
  std::int64_t decayed = 0;      // how many leading values are weights
  std::vector<Matrix> matrices;  // the weights, in the module's order
};

// SGD with Nesterov momentum (PyTorch's formulation), Adam (Kingma and Ba, 2015, arXiv:1412.6980,
// weight decay as an L2 term) and AdamW (Loshchilov and Hutter, 2019, arXiv:1711.05101). Equal to
// torch::optim's up to rounding.
//
// Muon (Jordan et al., 2024, https://kellerjordan.github.io/posts/muon) for every weight but the
// last layer's, Adam for the rest. A Muon step is the momentum (Nesterov) with all its singular
// values brought near 1 by Newton-Schulz iterations. As in Jordan's airbench (2024,
// arXiv:2404.00498), each weight is held at the norm sqrt(rows), so steps and weights keep their
// proportion whatever the layer's size, and weight decay has nothing to do.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, FlatParameters& parameters);

  // One step along parameters.gradients, the config's learning rates scaled by `factor`. `step`
  // counts from 0.
  void step(double factor, std::int64_t step);

  // The tensors that must be stored to go on exactly; they are the live ones, not copies.
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
