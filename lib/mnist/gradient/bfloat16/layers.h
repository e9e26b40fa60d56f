// The layers of a classifier as the bfloat16 kernels see them: shapes, weights in the kernels'
// order, and what a step leaves there. Internal to lib/mnist/gradient. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "mnist/gradient/bfloat16/kernels.h"
#include "mnist/model/classifier.h"

namespace mnist::bfloat16 {

// Images per chunk: enough that clearing and adding up the gradients matters little, few enough to
// divide a batch among threads.
inline constexpr int kChunk = 32;

// Of the first convolution: 2x2 pixels with space-to-depth, else one and three of zeros.
inline constexpr int kInputChannels = 4;

inline constexpr int kLogits = kLanes;  // classes padded to a vector

// Kernels read and write whole vectors, and pair_inputs a column past the end.
inline std::size_t with_slack(std::size_t size) { return size + 4096; }

template <class T>
using Buffer = std::vector<T>;  // zeroed

inline int int_of(std::int64_t value) { return static_cast<int>(value); }

// A convolution with its normalisation and activation: shapes, and what a step leaves there.
struct ConvolutionLayer {
  int kernel;
  int border;       // pixels of zeros all around the input: the padding
  int side;         // of the convolution's output
  int in_channels;  // in memory
  int real_ins;     // of the network
  int out_channels;
  bool pool;
  int out_side;  // after the pooling

  // The network's tensors.
  torch::Tensor weight, scale, shift, running_mean, running_var, batches;

  int taps() const { return kernel * kernel; }
  int weights() const { return taps() * in_channels * out_channels; }
  int out_size() const { return side * side * out_channels; }
  int pooled_size() const { return out_side * out_side * out_channels; }

  // The input in memory, with its border; where its content begins, and its layout.
  int in_side() const { return side + kernel - 1; }
  int in_size() const { return in_side() * in_side() * in_channels; }
  int in_begin() const { return border * (in_side() + 1) * in_channels; }
  Grid in_grid() const { return grid(in_side() - 2 * border, in_side(), in_channels); }

  // The same for the output's gradient, whose border makes the backward pass a convolution too.
  int dy_border() const { return kernel - 1 - border; }
  int dy_side() const { return side + 2 * dy_border(); }
  int dy_size() const { return dy_side() * dy_side() * out_channels; }
  int dy_begin() const { return dy_border() * (dy_side() + 1) * out_channels; }
  Grid dy_grid() const { return grid(side, dy_side(), out_channels); }

  Convolution forward() const {
    return {in_channels, out_channels, grid(side, in_side(), in_channels),
            grid(kernel, in_side(), in_channels), border};
  }
  // To the input's gradient: without its border, by gathering, or with it, by adding each output's
  // share. Gathering also multiplies the zeros of dy's border, which are few if that is narrow.
  bool gathers_back() const { return dy_border() == 1; }
  Convolution backward() const {
    if (!gathers_back()) {
      return {out_channels, in_channels, dy_grid(), grid(kernel, in_side(), in_channels)};
    }
    return {out_channels, in_channels, grid(in_grid().rows, dy_side(), out_channels),
            grid(kernel, dy_side(), out_channels), dy_border()};
  }
  // How many images' gradients to gather before adding them to the weights': for a single small
  // image, loading and storing would cost more than adding.
  int group() const {
    constexpr int kPairs = 64;
    return std::clamp(kPairs / out_pairs_of_image(), 1, kChunk);
  }
  int out_pairs_of_image() const { return side * ((side + 1) / 2); }
  int out_pairs_size() const { return out_pairs_of_image() * out_channels; }

  // `rows` x `rows` positions of an image of side `whole`.
  static Grid grid(int rows, int whole, int channels) {
    return {rows, rows, whole * channels, channels};
  }

  Buffer<Bf16> packed, packed_backward;
  Buffer<Bf16> in;  // [batch][in_size]
  Buffer<Bf16> y;   // [batch][out_size], before normalisation
  // Per channel: the normalisation as a scale and a shift, and its gradient.
  Buffer<float> y_scale, y_shift, dz_factor, y_factor, constant;
  Buffer<double> mean, inverse_std;

  Activation activation() const {
    return {side, side, out_channels, pool, y_scale.data(), y_shift.data()};
  }

  // Copies the network's weights into `packed` and, if the input has a gradient, `packed_backward`.
  void pack(const Kernels& kernels, bool has_backward);
};

// A linear layer whose positions are the images of a chunk.
struct LinearLayer {
  int ins;   // channels of a tap
  int taps;  // positions of one image that it reads; 1 for plain vectors
  int outs;  // classes: padded
  int real_outs;
  torch::Tensor weight, bias;

  int features() const { return ins * taps; }
  int weights() const { return features() * outs; }
  Convolution forward(int images) const {
    return {ins, outs, {1, images, 0, features()}, {1, taps, 0, ins}};
  }
  // Back to one tap's inputs.
  Convolution backward(int images) const { return {outs, ins, {1, images, 0, outs}, {1, 1, 0, 0}}; }
  Buffer<Bf16> packed;
  Buffer<Bf16> packed_backward;  // [tap]
  Buffer<float> bias_copy;

  // Copies the network's weights and bias.
  void pack(const Kernels& kernels);

 private:
  void pack_backward(const Kernels& kernels, int tap);
};

// What one thread works in.
struct Scratch {
  Buffer<float> sums;    // one image's convolution, or a chunk's linear layer
  Buffer<Bf16> flat;     // [chunk][features] after the last block
  Buffer<Bf16> hidden;   // [chunk][hidden]
  Buffer<Bf16> rounded;  // gradients of the logits, then of the hidden layer: [chunk][…]
  Buffer<float> logits;
  std::vector<Buffer<Bf16>> dy;  // per layer, one padded image
  Buffer<std::uint32_t> in_pairs, out_pairs;
};

// A network that the kernels support: 28x28 pixels, cropped and standardised, through convolutions
// with normalisation and ReLU to one or two linear layers.
struct Plan {
  struct Stage {
    Layer convolution;
    std::string norm;  // the name of its normalisation
    bool pooled;       // whether 2x2 max-pooling follows
  };

  int crop = 0;
  bool space_to_depth = false;
  std::vector<Stage> stages;
  std::vector<Layer> linear;  // hidden, if there is one, and output
  double dropout = 0;         // before the output
};

// Nothing for a network with another structure, or with channels that do not fill vectors.
std::optional<Plan> plan_of(const LayerList& layers);

// Their tensors are the network's own.
std::vector<ConvolutionLayer> convolution_layers_of(const ClassifierImpl& network,
                                                    const Plan& plan);
// The layers after `last`.
std::vector<LinearLayer> linear_layers_of(const ClassifierImpl& network, const Plan& plan,
                                          const ConvolutionLayer& last);

Scratch make_scratch(const std::vector<ConvolutionLayer>& layers,
                     const std::vector<LinearLayer>& linear);

}  // namespace mnist::bfloat16
