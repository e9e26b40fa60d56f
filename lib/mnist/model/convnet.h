// The network: a convolutional classifier of 28x28 digits.
//
//   ink [N,1,28,28] in [0,1]
//     -> border cropped, standardised with MNIST's mean and standard deviation
//     -> space-to-depth: 2x2 pixels become 4 channels (a quarter of the positions to convolve)
//     -> per block: convolution, batch normalisation, ReLU (repeated), then 2x2 max-pooling
//        (normalisation, padding, the last pooling and all pooling can be left out)
//     -> fully connected hidden layer with ReLU and dropout -> logits [N,10]
//
// Batch normalisation: Ioffe and Szegedy, 2015 (arXiv:1502.03167). Modules are not thread-safe
// while training; forward() in evaluation mode may run in several threads.
#pragma once

#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include "mnist/model/convnet_options.h"

namespace mnist {

// Mean and standard deviation of all pixels of MNIST's training images, ink in [0,1].
inline constexpr double kInkMean = 0.1307;
inline constexpr double kInkStd = 0.3081;

struct ConvNetImpl : torch::nn::Module {
  explicit ConvNetImpl(const ConvNetOptions& options = {});

  // ink: float32 [N,1,28,28] in [0,1] -> logits: float32 [N,10].
  torch::Tensor forward(const torch::Tensor& ink);

  const ConvNetOptions options;

 private:
  torch::Tensor block(torch::Tensor x, std::size_t index);

  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;  // empty without batch normalisation
  torch::nn::Linear hidden_{nullptr};
  torch::nn::Linear output_{nullptr};
};
TORCH_MODULE(ConvNet);

}  // namespace mnist
