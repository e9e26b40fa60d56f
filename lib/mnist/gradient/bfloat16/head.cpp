#include "mnist/gradient/bfloat16/head.h"

#include <algorithm>
#include <utility>

#include <torch/utils.h>

#include "mnist/base/random.h"
#include "mnist/digit/digit.h"

namespace mnist::bfloat16 {

Head::Head(const Kernels& kernels, std::vector<LinearLayer> layers, double dropout)
    : kernels_(kernels), layers_(std::move(layers)), dropout_(dropout), offsets_{0} {
  for (const LinearLayer& layer : layers_) {
    offsets_.push_back(offsets_.back() + layer.weights() + layer.outs);
  }
}

void Head::drop_out(const HeadImages& images, int features, Bf16* values) const {
  if (dropout_ <= 0) return;
  for (int i = 0; i < images.count(); ++i) {
    const std::uint64_t place = images.first_place + static_cast<std::uint64_t>(i);
    for (int f = 0; f < features; ++f) {
      // Whether an input is kept is a function of seed, image and input.
      const std::uint64_t bits =
          mix_seed(images.dropout_seed, place << 20 | static_cast<std::uint64_t>(f));
      const bool kept = static_cast<double>(bits >> 11) * 0x1p-53 >= dropout_;
      if (!kept) values[i * features + f] = 0;
    }
  }
}

Bf16* Head::forward(const HeadImages& images, Scratch& scratch) const {
  const int count = images.count();
  Bf16* top = scratch.flat.data();
  int size = features();
  if (has_hidden()) {
    const LinearLayer& hidden = layers_.front();
    float* sums = scratch.sums.data();
    kernels_.convolve(hidden.forward(count), scratch.flat.data(), hidden.packed.data(), sums,
                      hidden.outs);
    for (int i = 0; i < count; ++i) {
      for (int o = 0; o < hidden.outs; ++o) {
        float& sum = sums[i * hidden.outs + o];
        sum = std::max(0.0F, sum + hidden.bias_copy[o]) * keep_scale();
      }
    }
    top = scratch.hidden.data();
    size = hidden.outs;
    kernels_.round(sums, count * size, top);
  }
  drop_out(images, size, top);
  return top;
}

double Head::losses(const HeadImages& images, const Bf16* top, Scratch& scratch) const {
  const LinearLayer& output = layers_.back();
  float* logits = scratch.logits.data();
  kernels_.convolve(output.forward(images.count()), top, output.packed.data(), logits, kLogits);
  const float scale = 1.0F / static_cast<float>(images.whole_size);
  double loss = 0;
  for (int i = 0; i < images.count(); ++i) {
    float* row = logits + i * kLogits;
    for (int c = 0; c < kClasses; ++c) row[c] = row[c] * late_scale() + output.bias_copy[c];
    loss += classification_loss_backward(images.labels[i], images.loss, scale, row);
    std::fill(row + kClasses, row + kLogits, 0.0F);
  }
  return loss;
}

void Head::add_gradient(std::size_t index, int images, const Bf16* in, const float* out_gradient,
                        Scratch& scratch, float* gradient) const {
  const LinearLayer& l = layers_[index];
  Bf16* rounded = scratch.rounded.data();
  kernels_.round(out_gradient, images * l.outs, rounded);
  std::fill_n(rounded + images * l.outs, l.outs, Bf16{0});
  kernels_.pair_inputs(in, images * l.features(), l.features(), scratch.in_pairs.data());
  kernels_.pair_gradients(rounded, {1, images, 0, l.outs}, l.outs, scratch.out_pairs.data());
  gradient += offsets_[index];
  kernels_.weight_gradient(l.forward(images),
                           {scratch.in_pairs.data(), scratch.out_pairs.data(), 0, 0, 1}, gradient);
  float* bias = gradient + l.weights();
  for (int i = 0; i < images; ++i) {
    for (int o = 0; o < l.outs; ++o) bias[o] += out_gradient[i * l.outs + o];
  }
}

void Head::back(const LinearLayer& layer, int images, Scratch& scratch) const {
  for (int tap = 0; tap < layer.taps; ++tap) {
    kernels_.convolve(layer.backward(images), scratch.rounded.data(),
                      layer.packed_backward.data() +
                          static_cast<std::size_t>(tap) * packed_size(layer.ins, layer.outs, 1),
                      scratch.sums.data() + tap * layer.ins, layer.features());
  }
}

double Head::loss_and_gradient(const HeadImages& images, Scratch& scratch, float* gradient) const {
  const int count = images.count();
  const LinearLayer& output = layers_.back();
  const std::size_t last = layers_.size() - 1;
  const Bf16* top = forward(images, scratch);
  const double loss = losses(images, top, scratch);

  add_gradient(last, count, top, scratch.logits.data(), scratch, gradient);
  if (late_scale() != 1.0F) {
    for (int i = 0; i < output.weights(); ++i) gradient[offsets_[last] + i] *= late_scale();
  }
  back(output, count, scratch);
  // If ReLU or dropout made it 0, the layer's input has no gradient.
  float* sums = scratch.sums.data();
  for (int i = 0; i < count * output.features(); ++i) {
    sums[i] = top[i] == 0 ? 0.0F : sums[i] * keep_scale();
  }
  if (has_hidden()) {
    add_gradient(0, count, scratch.flat.data(), sums, scratch, gradient);
    back(layers_.front(), count, scratch);
  }
  return loss;
}

void Head::write(float* gradient) const {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const LinearLayer& l = layers_[i];
    float* weights = gradient + offsets_[i];
    l.weight.grad()
        .view({l.real_outs, l.ins, l.taps})
        .permute({2, 1, 0})
        .copy_(
            torch::from_blob(weights, {l.taps, l.ins, l.real_outs}, {l.ins * l.outs, l.outs, 1}));
    l.bias.grad().copy_(torch::from_blob(weights + l.weights(), {l.real_outs}));
  }
}

}  // namespace mnist::bfloat16
