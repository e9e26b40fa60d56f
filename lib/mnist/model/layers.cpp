#include "mnist/model/layers.h"

#include <algorithm>
#include <utility>

#include "mnist/digit/digit.h"

namespace mnist {

LayerList::LayerList() { layers_.push_back({.name = "ink", .side = kDigitSide}); }

LayerList& LayerList::append(LayerKind kind, const std::string& name, Layer layer) {
  layer.kind = kind;
  layer.name = name;
  layer.input = at_;
  layers_.push_back(std::move(layer));
  at_ = layers_.size() - 1;
  return *this;
}

LayerList& LayerList::from(std::size_t layer) {
  at_ = layer;
  return *this;
}

LayerList& LayerList::crop(std::int64_t pixels) {
  const Layer& last = layers_[at_];
  return append(LayerKind::kCrop, "cropped",
                {.channels = last.channels, .side = last.side - 2 * pixels, .size = pixels});
}

LayerList& LayerList::standardise() {
  const Layer& last = layers_[at_];
  return append(LayerKind::kStandardise, "standardised",
                {.channels = last.channels, .side = last.side});
}

LayerList& LayerList::space_to_depth() {
  const Layer& last = layers_[at_];
  return append(LayerKind::kSpaceToDepth, "unshuffled",
                {.channels = 4 * last.channels, .side = last.side / 2});
}

LayerList& LayerList::convolution(const std::string& name, std::int64_t channels,
                                  const Convolution& how) {
  const std::int64_t room = layers_[at_].side + 2 * how.padding - how.size;
  return append(LayerKind::kConvolution, name,
                {.channels = channels,
                 .side = room < 0 ? 0 : room / how.stride + 1,
                 .size = how.size,
                 .stride = how.stride,
                 .padding = how.padding,
                 .bias = how.bias});
}

LayerList& LayerList::normalisation(const std::string& name) {
  const Layer& last = layers_[at_];
  return append(LayerKind::kNormalisation, name, {.channels = last.channels, .side = last.side});
}

LayerList& LayerList::relu(const std::string& name) {
  const Layer& last = layers_[at_];
  return append(LayerKind::kRelu, name, {.channels = last.channels, .side = last.side});
}

LayerList& LayerList::max_pool(const std::string& name) {
  const Layer& last = layers_[at_];
  return append(LayerKind::kMaxPool, name, {.channels = last.channels, .side = last.side / 2});
}

LayerList& LayerList::mean_pool(const std::string& name) {
  const Layer& last = layers_[at_];
  return append(LayerKind::kMeanPool, name,
                {.channels = last.channels, .side = std::min<std::int64_t>(last.side, 1)});
}

LayerList& LayerList::add(const std::string& name, std::size_t other) {
  const Layer& last = layers_[at_];
  return append(LayerKind::kAdd, name,
                {.second = other, .channels = last.channels, .side = last.side});
}

LayerList& LayerList::flatten() {
  const Layer& last = layers_[at_];
  return append(LayerKind::kFlatten, "flat",
                {.channels = last.channels * last.side * last.side, .side = 1});
}

LayerList& LayerList::dropout(double share) {
  return append(LayerKind::kDropout, "dropout",
                {.channels = layers_[at_].channels, .side = 1, .dropout = share});
}

LayerList& LayerList::linear(const std::string& name, std::int64_t channels) {
  return append(LayerKind::kLinear, name, {.channels = channels, .side = 1, .bias = true});
}

std::map<std::string, std::vector<std::int64_t>> expected_tensors(const LayerList& layers) {
  std::map<std::string, std::vector<std::int64_t>> tensors;
  for (const Layer& layer : layers) {
    const std::int64_t ins = layers.input_of(layer).channels;
    if (layer.kind == LayerKind::kConvolution) {
      tensors[layer.name + ".weight"] = {layer.channels, ins, layer.size, layer.size};
    } else if (layer.kind == LayerKind::kLinear) {
      tensors[layer.name + ".weight"] = {layer.channels, ins};
    } else if (layer.kind == LayerKind::kNormalisation) {
      for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
        tensors[layer.name + part] = {layer.channels};
      }
      tensors[layer.name + ".num_batches_tracked"] = {};
    }
    if (layer.bias) tensors[layer.name + ".bias"] = {layer.channels};
  }
  return tensors;
}

namespace {

// For a convolution or a linear layer; 0 for any other.
std::int64_t weight_count(const LayerList& layers, const Layer& layer) {
  const std::int64_t pairs = layers.input_of(layer).channels * layer.channels;
  if (layer.kind == LayerKind::kConvolution) return pairs * layer.size * layer.size;
  return layer.kind == LayerKind::kLinear ? pairs : 0;
}

}  // namespace

std::int64_t parameter_count(const LayerList& layers) {
  std::int64_t count = 0;
  for (const Layer& layer : layers) {
    count += weight_count(layers, layer);
    if (layer.bias) count += layer.channels;
    if (layer.kind == LayerKind::kNormalisation) count += 2 * layer.channels;
  }
  return count;
}

std::int64_t multiply_adds(const LayerList& layers) {
  std::int64_t count = 0;
  for (const Layer& layer : layers) {
    count += layer.side * layer.side * weight_count(layers, layer);  // a linear layer's side is 1
  }
  return count;
}

}  // namespace mnist
