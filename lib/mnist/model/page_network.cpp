#include "mnist/model/page_network.h"

#include <memory>

#include <torch/nn/functional/pixelshuffle.h>
#include <torch/nn/functional/pooling.h>
#include <torch/nn/init.h>

#include "mnist/model/shared_batch.h"

namespace mnist {
namespace {

namespace F = torch::nn::functional;

constexpr std::int64_t kAround = 2 * kContrastReach + 1;
constexpr double kRareCentres = -4.0;  // logit: initially, most cells are not centres

torch::nn::Conv2d convolution(const PageNetLayer& layer, std::int64_t dilation = 1) {
  torch::nn::Conv2d result(torch::nn::Conv2dOptions(layer.ins, layer.outs, layer.kernel)
                               .padding(layer.kernel / 2 * dilation)
                               .dilation(dilation)
                               .bias(layer.norm.empty()));
  result->weight.set_data(result->weight.detach().contiguous(torch::MemoryFormat::ChannelsLast));
  return result;
}

// The mean over those of kAround x kAround cells that are in the page.
torch::Tensor around(const torch::Tensor& cells) {
  const auto mean = [](const torch::Tensor& x, std::int64_t rows, std::int64_t columns) {
    return F::avg_pool2d(x, F::AvgPool2dFuncOptions({rows, columns})
                                .stride(1)
                                .padding({rows / 2, columns / 2})
                                .count_include_pad(false));
  };
  return mean(mean(cells, 1, kAround), kAround, 1);
}

torch::Tensor local_contrast(const torch::Tensor& cells) {
  const torch::Tensor mean = around(cells.mean(1, true));
  const torch::Tensor square = around(cells.square().mean(1, true));
  const torch::Tensor deviation = (square - mean.square()).clamp_min(0).sqrt_();
  return (cells - mean) / (deviation + kLeastContrast);
}

}  // namespace

PageNetImpl::PageNetImpl(const PageNetOptions& network_options) : options(network_options) {
  const std::vector<PageNetLayer> layers = convolution_layers(options);
  auto layer = layers.begin();
  stem_ = register_module(layer->name, convolution(*layer));
  stem_norm_ = register_module(layer->norm, torch::nn::BatchNorm2d(layer->outs));
  for (++layer; !layer->norm.empty(); ++layer) {
    const std::int64_t dilation = convolutions_.size() % 2 == 1 ? 2 : 1;
    convolutions_.push_back(register_module(layer->name, convolution(*layer, dilation)));
    norms_.push_back(register_module(layer->norm, torch::nn::BatchNorm2d(layer->outs)));
  }
  maps_ = register_module(layer->name, convolution(*layer));
  ++layer;
  ink_hidden_ = register_module(layer->name, convolution(*layer));
  ++layer;
  ink_ = register_module(layer->name, convolution(*layer));
  const torch::NoGradGuard no_grad;
  maps_->bias.narrow(0, 0, kPageClasses + 2).fill_(kRareCentres);
  ink_->bias.fill_(kRareCentres / 2);
}

PageMaps PageNetImpl::forward(const torch::Tensor& levels) {
  const torch::Tensor cells = local_contrast(torch::pixel_unshuffle(levels, kPageCell))
                                  .contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor detail = normalized(stem_norm_, stem_->forward(cells)).relu_();
  torch::Tensor x = detail;
  for (std::size_t i = 0; i < convolutions_.size(); i += 2) {
    const torch::Tensor inner = normalized(norms_[i], convolutions_[i]->forward(x)).relu_();
    x = (x + normalized(norms_[i + 1], convolutions_[i + 1]->forward(inner))).relu_();
  }
  const torch::Tensor maps = maps_->forward(x).to(torch::kFloat32);
  const torch::Tensor hidden = ink_hidden_->forward(torch::cat({x, detail}, 1)).relu_();
  const torch::Tensor ink = ink_->forward(hidden).to(torch::kFloat32);
  return {.centres = maps.narrow(1, 0, kPageClasses),
          .small = maps.narrow(1, kPageClasses, 1),
          .other = maps.narrow(1, kPageClasses + 1, 1),
          .sizes = maps.narrow(1, kPageClasses + 2, 2),
          .ways = maps.narrow(1, kPageClasses + 4, 2),
          .ink = torch::pixel_shuffle(ink, kPageCell)};
}

std::shared_ptr<torch::nn::Module> make_network(const PageNetOptions& options) {
  return std::make_shared<PageNetImpl>(options);
}

}  // namespace mnist
