#include "mnist/model/page_network.h"

#include <numeric>

#include <nlohmann/json.hpp>
#include <torch/nn/functional/pixelshuffle.h>
#include <torch/nn/functional/pooling.h>
#include <torch/nn/init.h>

#include "mnist/bytes/json_document.h"

namespace mnist {
namespace {

namespace F = torch::nn::functional;

constexpr std::int64_t kPixels = std::int64_t{kPageCell} * kPageCell;
constexpr std::int64_t kMaps = kPageClasses + 2 + 2 + 2;
constexpr std::int64_t kAround = 11;     // cells over which contrast is local
constexpr double kLeastContrast = 0.02;  // below it is noise, or nothing
constexpr double kRareCentres = -4.0;    // logit: most cells are no centre from the start

// One convolution of the network, by its tensors' name.
struct Layer {
  std::string name;
  std::string norm;  // empty without batch normalisation: then it has a bias
  std::int64_t ins;
  std::int64_t outs;
  std::int64_t kernel;
};

std::vector<Layer> layers_of(const PageNetOptions& options) {
  const std::int64_t channels = options.channels;
  std::vector<Layer> layers = {{"stem", "stem_norm", kPixels, channels, 3}};
  for (std::int64_t i = 1; i <= 2 * options.pairs; ++i) {
    const std::string number = std::to_string(i);
    layers.push_back({"conv" + number, "norm" + number, channels, channels, 3});
  }
  layers.push_back({"maps", "", channels, kMaps, 1});
  layers.push_back({"ink_hidden", "", 2 * channels, options.ink, 1});
  layers.push_back({"ink", "", options.ink, kPixels, 1});
  return layers;
}

torch::nn::Conv2d convolution(const Layer& layer, std::int64_t dilation = 1) {
  torch::nn::Conv2d result(torch::nn::Conv2dOptions(layer.ins, layer.outs, layer.kernel)
                               .padding(layer.kernel / 2 * dilation)
                               .dilation(dilation)
                               .bias(layer.norm.empty()));
  result->weight.set_data(result->weight.detach().contiguous(torch::MemoryFormat::ChannelsLast));
  return result;
}

// The mean over kAround x kAround cells, as far as they lie in the page.
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

PageNetOptions PageNetOptions::read(JsonObjectReader& reader) {
  PageNetOptions options;
  options.channels = reader.integer("channels", options.channels, 8, 256);
  options.pairs = reader.integer("pairs", options.pairs, 1, 16);
  options.ink = reader.integer("ink", options.ink, 8, 256);
  return options;
}

nlohmann::json PageNetOptions::to_json() const {
  return {{"channels", channels}, {"pairs", pairs}, {"ink", ink}};
}

PageNetImpl::PageNetImpl(const PageNetOptions& network_options) : options(network_options) {
  const std::vector<Layer> layers = layers_of(options);
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
  const torch::Tensor detail = stem_norm_->forward(stem_->forward(cells)).relu_();
  torch::Tensor x = detail;
  for (std::size_t i = 0; i < convolutions_.size(); i += 2) {
    const torch::Tensor inner = norms_[i]->forward(convolutions_[i]->forward(x)).relu_();
    x = (x + norms_[i + 1]->forward(convolutions_[i + 1]->forward(inner))).relu_();
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

std::map<std::string, std::vector<std::int64_t>> expected_tensors(const PageNetOptions& options) {
  std::map<std::string, std::vector<std::int64_t>> tensors;
  for (const Layer& layer : layers_of(options)) {
    tensors[layer.name + ".weight"] = {layer.outs, layer.ins, layer.kernel, layer.kernel};
    if (layer.norm.empty()) {
      tensors[layer.name + ".bias"] = {layer.outs};
      continue;
    }
    for (const char* name : {".weight", ".bias", ".running_mean", ".running_var"}) {
      tensors[layer.norm + name] = {layer.outs};
    }
    tensors[layer.norm + ".num_batches_tracked"] = {};
  }
  return tensors;
}

std::int64_t parameter_count(const PageNetOptions& options) {
  const std::vector<Layer> layers = layers_of(options);
  return std::accumulate(
      layers.begin(), layers.end(), std::int64_t{0}, [](std::int64_t sum, const Layer& layer) {
        const std::int64_t others = layer.norm.empty() ? 1 : 2;
        return sum + layer.outs * (layer.ins * layer.kernel * layer.kernel + others);
      });
}

std::int64_t multiply_adds(const PageNetOptions& options) {
  constexpr std::int64_t kCells = (128 / kPageCell) * (128 / kPageCell);
  const std::vector<Layer> layers = layers_of(options);
  return std::accumulate(
      layers.begin(), layers.end(), std::int64_t{0}, [](std::int64_t sum, const Layer& layer) {
        return sum + kCells * layer.outs * layer.ins * layer.kernel * layer.kernel;
      });
}

}  // namespace mnist
