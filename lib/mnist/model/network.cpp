#include "mnist/model/network.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <torch/nn/functional/activation.h>
#include <torch/nn/functional/dropout.h>
#include <torch/nn/functional/pixelshuffle.h>
#include <torch/nn/functional/pooling.h>

#include "mnist/bytes/json_document.h"
#include "mnist/digit/digit.h"
#include "mnist/model/shared_batch.h"

namespace mnist {
namespace {

namespace F = torch::nn::functional;

// Values per image after the last block.
std::int64_t features_of(const std::vector<ConvolutionLayer>& convolutions) {
  const ConvolutionLayer& last = convolutions.back();
  return last.out_channels * last.pooled_side() * last.pooled_side();
}

}  // namespace

std::vector<ConvolutionLayer> convolution_layers(const ConvNetOptions& options) {
  const std::int64_t stride = options.space_to_depth ? 2 : 1;
  std::vector<ConvolutionLayer> layers;
  std::int64_t side = (kDigitSide - 2 * options.crop) / stride;
  std::int64_t channels = stride * stride;
  for (std::size_t block = 0; block < options.channels.size(); ++block) {
    for (std::int64_t i = 0; i < options.convolutions; ++i) {
      if (!options.padding) side = std::max<std::int64_t>(0, side - (options.kernel - 1));
      const bool last = i + 1 == options.convolutions;
      layers.push_back({.number = std::to_string(layers.size() + 1),
                        .in_channels = channels,
                        .out_channels = options.channels[block],
                        .side = side,
                        .pooled = last && options.pools(block)});
      side = layers.back().pooled_side();
      channels = options.channels[block];
    }
  }
  return layers;
}

ConvNetOptions ConvNetOptions::read(JsonObjectReader& reader) {
  ConvNetOptions options;
  options.channels = reader.integers("channels", options.channels, 1, 1024, 1, 16);
  options.convolutions = reader.integer("convolutions", options.convolutions, 1, 8);
  options.kernel = reader.integer("kernel", options.kernel, 3, 7);
  if (options.kernel % 2 == 0) reader.fail("kernel", "must be 3, 5 or 7");
  options.hidden = reader.integer("hidden", options.hidden, 0, 8192);
  options.dropout = reader.number("dropout", options.dropout, 0.0, 0.95);
  options.crop = reader.integer("crop", options.crop, 0, 4);
  options.space_to_depth = reader.boolean("space_to_depth", options.space_to_depth);
  options.padding = reader.boolean("padding", options.padding);
  options.batch_norm = reader.boolean("batch_norm", options.batch_norm);
  options.pooling = reader.boolean("pooling", options.pooling);
  if (options.pooling) {
    options.pool_last = reader.boolean("pool_last", options.pool_last);
  } else if (reader.has("pool_last")) {
    reader.fail("pool_last", "is of no effect without 'pooling'");
  }
  if (features_of(convolution_layers(options)) == 0) {
    reader.fail("channels", "has more blocks than a picture of this size has room for");
  }
  return options;
}

nlohmann::json ConvNetOptions::to_json() const {
  nlohmann::json json = {{"channels", channels}, {"convolutions", convolutions},
                         {"kernel", kernel},     {"hidden", hidden},
                         {"dropout", dropout},   {"crop", crop},
                         {"padding", padding},   {"space_to_depth", space_to_depth},
                         {"pooling", pooling},   {"batch_norm", batch_norm}};
  if (pooling) json["pool_last"] = pool_last;
  return json;
}

ConvNetImpl::ConvNetImpl(const ConvNetOptions& network_options) : options(network_options) {
  const std::vector<ConvolutionLayer> layers = convolution_layers(options);
  for (const ConvolutionLayer& layer : layers) {
    // No bias before a normalisation, which takes it out again.
    convolutions_.push_back(
        register_module("conv" + layer.number,
                        torch::nn::Conv2d(torch::nn::Conv2dOptions(
                                              layer.in_channels, layer.out_channels, options.kernel)
                                              .padding(options.padding ? options.kernel / 2 : 0)
                                              .bias(!options.batch_norm))));
    // Weights in the layout of the activations: otherwise every call reorders them.
    torch::Tensor& weight = convolutions_.back()->weight;
    weight.set_data(weight.detach().contiguous(torch::MemoryFormat::ChannelsLast));
    if (!options.batch_norm) continue;
    norms_.push_back(
        register_module("norm" + layer.number, torch::nn::BatchNorm2d(layer.out_channels)));
  }
  std::int64_t features = features_of(layers);
  if (options.hidden > 0) {
    hidden_ = register_module("hidden", torch::nn::Linear(features, options.hidden));
    features = options.hidden;
  }
  output_ = register_module("output", torch::nn::Linear(features, kClasses));
}

namespace {

torch::Tensor dropped_out(const torch::Tensor& x, double dropout) {
  const SharedBatch* shared = SharedBatchGuard::current();
  if (shared == nullptr || dropout == 0) {
    return F::dropout(x, F::DropoutFuncOptions().p(dropout).training(true));
  }
  // Drawn for the whole batch, as one process would: this part's rows of it are the same.
  const torch::Tensor mask =
      torch::empty({shared->size, x.size(1)}, x.options()).bernoulli_(1 - dropout);
  return x * mask.narrow(0, shared->begin, x.size(0)).div_(1 - dropout);
}

}  // namespace

torch::Tensor ConvNetImpl::block(torch::Tensor x, std::size_t index) {
  const auto count = static_cast<std::size_t>(options.convolutions);
  for (std::size_t i = index * count; i < (index + 1) * count; ++i) {
    x = convolutions_[i]->forward(x);
    if (options.batch_norm) {
      const SharedBatch* shared = SharedBatchGuard::current();
      x = shared != nullptr ? shared->normalize(*norms_[i], x) : norms_[i]->forward(x);
    }
    x.relu_();
  }
  return options.pools(index) ? F::max_pool2d(x, F::MaxPool2dFuncOptions(2)) : x;
}

torch::Tensor ConvNetImpl::forward(const torch::Tensor& ink) {
  const std::int64_t end = kDigitSide - options.crop;
  torch::Tensor x = ink.slice(2, options.crop, end).slice(3, options.crop, end);
  x = (x - kInkMean).div_(kInkStd);
  if (options.space_to_depth) x = torch::pixel_unshuffle(x, 2);
  // Channels last: max-pooling is five times faster on the CPU than in NCHW.
  x = x.contiguous(torch::MemoryFormat::ChannelsLast);
  for (std::size_t i = 0; i < options.channels.size(); ++i) x = block(x, i);
  x = x.flatten(1);
  if (hidden_) x = hidden_->forward(x).relu_();
  return output_->forward(is_training() ? dropped_out(x, options.dropout) : x);
}

std::map<std::string, std::vector<std::int64_t>> expected_tensors(const ConvNetOptions& options) {
  const std::vector<ConvolutionLayer> layers = convolution_layers(options);
  std::map<std::string, std::vector<std::int64_t>> tensors;
  for (const ConvolutionLayer& layer : layers) {
    tensors["conv" + layer.number + ".weight"] = {layer.out_channels, layer.in_channels,
                                                  options.kernel, options.kernel};
    if (!options.batch_norm) {
      tensors["conv" + layer.number + ".bias"] = {layer.out_channels};
      continue;
    }
    const std::string norm = "norm" + layer.number;
    for (const char* name : {".weight", ".bias", ".running_mean", ".running_var"}) {
      tensors[norm + name] = {layer.out_channels};
    }
    tensors[norm + ".num_batches_tracked"] = {};
  }
  std::int64_t features = features_of(layers);
  if (options.hidden > 0) {
    tensors["hidden.weight"] = {options.hidden, features};
    tensors["hidden.bias"] = {options.hidden};
    features = options.hidden;
  }
  tensors["output.weight"] = {kClasses, features};
  tensors["output.bias"] = {kClasses};
  return tensors;
}

std::int64_t parameter_count(const ConvNetOptions& options) {
  const std::vector<ConvolutionLayer> layers = convolution_layers(options);
  std::int64_t count = 0;
  for (const ConvolutionLayer& layer : layers) {
    // Batch normalisation has a scale and a shift, a convolution without it a bias.
    const std::int64_t others = options.batch_norm ? 2 : 1;
    count += layer.out_channels * (layer.in_channels * options.kernel * options.kernel + others);
  }
  const std::int64_t features = options.hidden > 0 ? options.hidden : features_of(layers);
  if (options.hidden > 0) count += options.hidden * (features_of(layers) + 1);
  return count + kClasses * (features + 1);
}

std::int64_t multiply_adds(const ConvNetOptions& options) {
  const std::vector<ConvolutionLayer> layers = convolution_layers(options);
  std::int64_t count = 0;
  for (const ConvolutionLayer& layer : layers) {
    count += layer.side * layer.side * layer.out_channels * layer.in_channels * options.kernel *
             options.kernel;
  }
  const std::int64_t features = options.hidden > 0 ? options.hidden : features_of(layers);
  if (options.hidden > 0) count += options.hidden * features_of(layers);
  return count + kClasses * features;
}

}  // namespace mnist
