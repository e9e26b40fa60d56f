// What a ConvNet (convnet.h) can be told, and all that follows from it without building the
// network: its layers, its tensors, what it costs. Knows no Torch. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace torch::nn {
class Module;
}

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
  std::int64_t values() const { return out_channels * pooled_side() * pooled_side(); }  // behind it
};

// All of them, first to last, without building the network. A side is 0 where no pixel is left.
std::vector<ConvolutionLayer> convolution_layers(const ConvNetOptions& options);

// The tensors a ConvNet of these options has, parameters and buffers, with their shapes: what a
// model file must hold, known without building the network.
std::map<std::string, std::vector<std::int64_t>> expected_tensors(const ConvNetOptions& options);

std::int64_t parameter_count(const ConvNetOptions& options);

// Multiplications of the convolutions and linear layers for one image.
std::int64_t multiply_adds(const ConvNetOptions& options);

// A ConvNet of these options, its weights drawn from Torch's generator (convnet.cpp).
std::shared_ptr<torch::nn::Module> make_network(const ConvNetOptions& options);

}  // namespace mnist
