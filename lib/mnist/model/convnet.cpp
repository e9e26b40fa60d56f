#include "mnist/model/convnet.h"

#include <torch/nn/functional/activation.h>
#include <torch/nn/functional/dropout.h>
#include <torch/nn/functional/pixelshuffle.h>
#include <torch/nn/functional/pooling.h>

#include "mnist/digit/digit.h"
#include "mnist/model/shared_batch.h"

namespace mnist {

namespace F = torch::nn::functional;

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
  std::int64_t features = layers.back().values();
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

std::shared_ptr<torch::nn::Module> make_network(const ConvNetOptions& options) {
  return std::make_shared<ConvNetImpl>(options);
}

}  // namespace mnist
