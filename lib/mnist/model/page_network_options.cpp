#include "mnist/model/page_network_options.h"

#include <numeric>

#include <nlohmann/json.hpp>

#include "mnist/bytes/json_document.h"
#include "mnist/data/page_grid.h"

namespace mnist {

std::vector<PageNetLayer> convolution_layers(const PageNetOptions& options) {
  const std::int64_t channels = options.channels;
  std::vector<PageNetLayer> layers = {{"stem", "stem_norm", kCellPixels, channels, 3}};
  for (std::int64_t i = 1; i <= 2 * options.pairs; ++i) {
    const std::string number = std::to_string(i);
    layers.push_back({"conv" + number, "norm" + number, channels, channels, 3});
  }
  layers.push_back({"maps", "", channels, kPageMaps, 1});
  layers.push_back({"ink_hidden", "", 2 * channels, options.ink, 1});
  layers.push_back({"ink", "", options.ink, kCellPixels, 1});
  return layers;
}

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

std::map<std::string, std::vector<std::int64_t>> expected_tensors(const PageNetOptions& options) {
  std::map<std::string, std::vector<std::int64_t>> tensors;
  for (const PageNetLayer& layer : convolution_layers(options)) {
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
  const std::vector<PageNetLayer> layers = convolution_layers(options);
  return std::accumulate(layers.begin(), layers.end(), std::int64_t{0},
                         [](std::int64_t sum, const PageNetLayer& layer) {
                           const std::int64_t others = layer.norm.empty() ? 1 : 2;
                           return sum +
                                  layer.outs * (layer.ins * layer.kernel * layer.kernel + others);
                         });
}

std::int64_t multiply_adds(const PageNetOptions& options) {
  constexpr std::int64_t kCells = (128 / 4) * (128 / 4);
  const std::vector<PageNetLayer> layers = convolution_layers(options);
  return std::accumulate(layers.begin(), layers.end(), std::int64_t{0},
                         [](std::int64_t sum, const PageNetLayer& layer) {
                           return sum +
                                  kCells * layer.outs * layer.ins * layer.kernel * layer.kernel;
                         });
}

}  // namespace mnist
