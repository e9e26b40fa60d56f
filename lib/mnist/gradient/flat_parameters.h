// All parameters of a network as one tensor, all their gradients as another.
//
// So a step of an optimiser is a handful of operators instead of a handful per parameter, a
// checkpoint is a few tensors, and gradients can be added up over processes in one message. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

namespace mnist {

// While it lives, the module's parameters and their gradients are views into `values` and
// `gradients` (float32 [parameters]). Weights (two or more dimensions) come first: these decay.
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

}  // namespace mnist
