#include "mnist/model/classifier.h"

#include <torch/nn/functional/dropout.h>
#include <torch/nn/functional/pixelshuffle.h>
#include <torch/nn/functional/pooling.h>

#include "mnist/model/shared_batch.h"

namespace mnist {
namespace {

namespace F = torch::nn::functional;

torch::nn::Conv2d convolution_of(const Layer& layer, std::int64_t ins) {
  torch::nn::Conv2d result(torch::nn::Conv2dOptions(ins, layer.channels, layer.size)
                               .stride(layer.stride)
                               .padding(layer.padding)
                               .bias(layer.bias));
  // Weights in the layout of the activations: otherwise every call reorders them.
  result->weight.set_data(result->weight.detach().contiguous(torch::MemoryFormat::ChannelsLast));
  return result;
}

torch::Tensor cropped(const torch::Tensor& x, std::int64_t pixels) {
  return x.slice(2, pixels, x.size(2) - pixels).slice(3, pixels, x.size(3) - pixels);
}

torch::Tensor dropped_out(const torch::Tensor& x, double dropout) {
  const SharedBatch* shared = SharedBatchGuard::current();
  if (shared == nullptr) return F::dropout(x, F::DropoutFuncOptions().p(dropout).training(true));
  // Drawn for the whole batch, as one process would: this part's rows of it are the same.
  const torch::Tensor mask =
      torch::empty({shared->size, x.size(1)}, x.options()).bernoulli_(1 - dropout);
  return x * mask.narrow(0, shared->begin, x.size(0)).div_(1 - dropout);
}

}  // namespace

ClassifierImpl::ClassifierImpl(const NetworkOptions& network_options)
    : options(network_options), layers(layers_of(options)), users_(layers.size()) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    const std::int64_t ins = layers.input_of(layer).channels;
    convolutions_.emplace_back(nullptr);
    norms_.emplace_back(nullptr);
    linears_.emplace_back(nullptr);
    if (layer.kind == LayerKind::kConvolution) {
      convolutions_[i] = register_module(layer.name, convolution_of(layer, ins));
    } else if (layer.kind == LayerKind::kNormalisation) {
      norms_[i] = register_module(layer.name, torch::nn::BatchNorm2d(layer.channels));
    } else if (layer.kind == LayerKind::kLinear) {
      linears_[i] = register_module(layer.name, torch::nn::Linear(ins, layer.channels));
    }
    if (i > 0) users_[layer.input].push_back(i);
    if (layer.kind == LayerKind::kAdd) users_[layer.second].push_back(i);
  }
}

torch::Tensor ClassifierImpl::output_of(std::size_t i, const std::vector<torch::Tensor>& outputs) {
  const Layer& layer = layers[i];
  const torch::Tensor& x = outputs[layer.input];
  switch (layer.kind) {
    case LayerKind::kInk:
      return x;
    case LayerKind::kCrop:
      return cropped(x, layer.size);
    case LayerKind::kStandardise:
      return (x - kInkMean).div_(kInkStd);
    case LayerKind::kSpaceToDepth:
      return torch::pixel_unshuffle(x, 2);
    // Channels last: max-pooling is five times faster on the CPU than in NCHW.
    case LayerKind::kConvolution:
      return convolutions_[i]->forward(x.contiguous(torch::MemoryFormat::ChannelsLast));
    case LayerKind::kNormalisation:
      return normalized(norms_[i], x);
    case LayerKind::kRelu:
      return users_[layer.input].size() == 1 ? x.relu_() : x.relu();
    case LayerKind::kMaxPool:
      return F::max_pool2d(x, F::MaxPool2dFuncOptions(2));
    case LayerKind::kMeanPool:
      return x.mean({2, 3}, true);
    case LayerKind::kAdd:
      return x + outputs[layer.second];
    case LayerKind::kFlatten:
      return x.flatten(1);
    case LayerKind::kDropout:
      return is_training() ? dropped_out(x, layer.dropout) : x;
    case LayerKind::kLinear:
      return linears_[i]->forward(x);
  }
  return x;
}

torch::Tensor ClassifierImpl::forward(const torch::Tensor& ink) {
  std::vector<torch::Tensor> outputs(layers.size());
  outputs[0] = ink;
  for (std::size_t i = 1; i < layers.size(); ++i) {
    outputs[i] = output_of(i, outputs);
    // Outputs that no further layer takes need not stay in memory.
    for (const std::size_t input : {layers[i].input, layers[i].second}) {
      if (users_[input].back() == i) outputs[input].reset();
    }
  }
  return outputs.back();
}

}  // namespace mnist
