// A classifier of 28x28 digits: the module that computes the layers of its options (layers.h).
//
//   ink [N,1,28,28] in [0,1] -> logits [N,10]
//
// Not thread-safe while training; forward() in evaluation mode may run in several threads.
#pragma once

#include <cstddef>
#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include "mnist/model/network.h"

namespace mnist {

struct ClassifierImpl : torch::nn::Module {
  // Weights are drawn from Torch's generator, layer by layer. Requires is_classifier(options).
  explicit ClassifierImpl(const NetworkOptions& options = {});

  // ink: float32 [N,1,28,28] in [0,1] -> logits: float32 [N,10].
  torch::Tensor forward(const torch::Tensor& ink);

  const NetworkOptions options;
  const LayerList layers;  // of the options

 private:
  torch::Tensor output_of(std::size_t layer, const std::vector<torch::Tensor>& outputs);

  // Per layer; null for layers of another kind.
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  std::vector<torch::nn::Linear> linears_;
  std::vector<std::vector<std::size_t>> users_;  // the layers that take its output
};
TORCH_MODULE(Classifier);

}  // namespace mnist
