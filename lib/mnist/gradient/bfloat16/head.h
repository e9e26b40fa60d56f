// From the last activation of a chunk of images to their loss and back: hidden layer, dropout,
// output layer. Thread-safe for chunks with separate scratch and gradients, except pack().
// Internal to lib/mnist/gradient.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mnist/gradient/bfloat16/kernels.h"
#include "mnist/gradient/bfloat16/layers.h"
#include "mnist/gradient/loss.h"

namespace mnist::bfloat16 {

// What the head needs to know about the images of a chunk.
struct HeadImages {
  std::span<const std::int64_t> labels;
  std::uint64_t first_place = 0;  // of the first in the whole batch
  std::uint64_t dropout_seed = 0;
  std::int64_t whole_size = 0;  // images of the whole batch
  LossOptions loss;

  int count() const { return static_cast<int>(labels.size()); }
};

class Head {
 public:
  Head(const Kernels& kernels, std::vector<LinearLayer> layers, double dropout);

  const std::vector<LinearLayer>& layers() const { return layers_; }
  int features() const { return layers_.front().features(); }

  // Copies the weights of layer `index`.
  void pack(std::size_t index) { layers_[index].pack(kernels_); }

  // Floats of all gradients: each layer's weights, then its bias.
  int gradient_size() const { return offsets_.back(); }

  // The sum of the images' losses, for their activations in scratch.flat. Leaves the activations'
  // gradient in scratch.sums, and adds those of weights and biases to `gradient`: all for the mean
  // over the whole batch.
  double loss_and_gradient(const HeadImages& images, Scratch& scratch, float* gradient) const;

  // Hands gradients to the network.
  void write(float* gradient) const;

 private:
  // The output layer's input, after dropout: scratch.hidden, or scratch.flat.
  Bf16* forward(const HeadImages& images, Scratch& scratch) const;
  // From there to the losses; leaves the logits' gradient in scratch.logits.
  double losses(const HeadImages& images, const Bf16* top, Scratch& scratch) const;
  // Adds the gradients of weights and bias of a layer; out_gradient [images][outs], float32, and
  // rounded in scratch.rounded with a row of zeros behind it.
  void add_gradient(std::size_t index, int images, const Bf16* in, const float* out_gradient,
                    Scratch& scratch, float* gradient) const;
  // From scratch.rounded to the gradient of the layer's inputs, [images][features] in scratch.sums.
  void back(const LinearLayer& layer, int images, Scratch& scratch) const;
  void drop_out(const HeadImages& images, int features, Bf16* values) const;
  bool has_hidden() const { return layers_.size() == 2; }
  float keep_scale() const { return static_cast<float>(1 / (1 - dropout_)); }
  // Without a hidden layer, dropout's scale is applied after the product, which is equivalent.
  float late_scale() const { return has_hidden() ? 1.0F : keep_scale(); }

  const Kernels& kernels_;
  std::vector<LinearLayer> layers_;  // hidden, if there is one, and output
  double dropout_;
  std::vector<int> offsets_;  // of each layer's weights among the gradients, and their end
};

}  // namespace mnist::bfloat16
