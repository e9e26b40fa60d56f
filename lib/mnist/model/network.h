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

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

namespace mnist {

class JsonObjectReader;

// Mean and standard deviation of all pixels of MNIST's training images, ink in [0,1].
inline constexpr double kInkMean = 0.1307;
inline constexpr double kInkStd = 0.3081;

struct ConvNetOptions {
  std::vector<std::int64_t> channels = {32, 64};  // output channels of each block, 1 to 16
  std::int64_t convolutions = 1;                  // convolutions in each block
  std::int64_t kernel = 3;                        // their height and width: 3, 5 or 7
  std::int64_t hidden = 128;                      // width of the hidden layer; 0 for none
  double dropout = 0.0;                           // before the last layer, in [0,1)
  std::int64_t crop = 2;                          // pixels cut from each side (MNIST's are empty)
  bool space_to_depth = true;
  bool padding = true;     // of the convolutions, which keep the side so; else they take kernel - 1
  bool batch_norm = true;  // without it, the convolutions have a bias
  bool pooling = true;     // whether blocks end in max-pooling
  bool pool_last = true;   // whether the last block does too; of no effect without pooling

  bool operator==(const ConvNetOptions&) const = default;

  // Whether block `block`, from 0, ends in 2x2 max-pooling.
  bool pools(std::size_t block) const {
    return pooling && (pool_last || block + 1 < channels.size());
  }

  // Reads and checks the options, leaving the defaults for absent keys. Throws Error{kUsage} for
  // values out of range and for blocks that leave no pixel.
  static ConvNetOptions read(JsonObjectReader& reader);
  nlohmann::json to_json() const;
};

// A convolution, its normalisation if there is any, and its ReLU.
struct ConvolutionLayer {
  std::string number;  // "1", "2", …: its tensors are those of conv<number> and norm<number>
  std::int64_t in_channels;
  std::int64_t out_channels;
  std::int64_t side;  // of its output, which is square
  bool pooled;        // whether 2x2 max-pooling follows

  std::int64_t pooled_side() const { return pooled ? side / 2 : side; }
};

// All of them, first to last, without building the network. A side is 0 where no pixel is left.
std::vector<ConvolutionLayer> convolution_layers(const ConvNetOptions& options);

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

// The tensors a ConvNet of these options has, parameters and buffers, with their shapes: what a
// model file must hold, known without building the network.
std::map<std::string, std::vector<std::int64_t>> expected_tensors(const ConvNetOptions& options);

std::int64_t parameter_count(const ConvNetOptions& options);

// Multiplications of the convolutions and linear layers for one image.
std::int64_t multiply_adds(const ConvNetOptions& options);

}  // namespace mnist
