// The network 'convnet': convolutional blocks, then a linear head.
//
//   ink [N,1,28,28] in [0,1]
//     -> border cropped, standardised with MNIST's mean and standard deviation
//     -> space-to-depth: 2x2 pixels become 4 channels (a quarter of the positions to convolve)
//     -> per block: convolution, batch normalisation, ReLU (repeated), then 2x2 max-pooling
//        (normalisation, padding, the last pooling and all pooling can be left out)
//     -> fully connected hidden layer with ReLU and dropout -> logits [N,10]
//
// Does not use Torch. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mnist/model/layers.h"

namespace mnist {

class JsonObjectReader;

struct ConvNetOptions {
  static constexpr std::string_view kName = "convnet";  // in configs and model files

  std::vector<std::int64_t> channels = {32, 64};  // output channels of each block, 1 to 16
  std::int64_t convolutions = 1;                  // convolutions in each block
  std::int64_t kernel = 3;                        // their height and width: 3, 5 or 7
  std::int64_t hidden = 128;                      // width of the hidden layer; 0 for none
  double dropout = 0.0;                           // before the last layer, in [0,1)
  std::int64_t crop = 2;                          // pixels cut from each side (MNIST's are empty)
  bool space_to_depth = true;
  bool padding = true;     // of the convolutions, keeping the side; else they cut kernel - 1
  bool batch_norm = true;  // without it, the convolutions have a bias
  bool pooling = true;     // whether blocks end in max-pooling
  bool pool_last = true;   // whether the last block does too; no effect without pooling

  bool operator==(const ConvNetOptions&) const = default;

  // Whether block `block`, from 0, ends in 2x2 max-pooling.
  bool pools(std::size_t block) const {
    return pooling && (pool_last || block + 1 < channels.size());
  }

  // Reads and checks the options, leaving the defaults for absent keys. Throws Error{kUsage} for
  // values out of range and for blocks that leave no pixel.
  static ConvNetOptions read(JsonObjectReader& reader);
  nlohmann::json to_json() const;

  // Tensors: conv1, norm1, conv2, …, hidden, output.
  LayerList layers() const;
};

}  // namespace mnist
