#include "mnist/model/convnet_options.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "mnist/bytes/json_document.h"
#include "mnist/digit/digit.h"

namespace mnist {

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
  if (convolution_layers(options).back().values() == 0) {
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
  std::int64_t features = layers.back().values();
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
  const std::int64_t features = options.hidden > 0 ? options.hidden : layers.back().values();
  if (options.hidden > 0) count += options.hidden * (layers.back().values() + 1);
  return count + kClasses * (features + 1);
}

std::int64_t multiply_adds(const ConvNetOptions& options) {
  const std::vector<ConvolutionLayer> layers = convolution_layers(options);
  std::int64_t count = 0;
  for (const ConvolutionLayer& layer : layers) {
    count += layer.side * layer.side * layer.out_channels * layer.in_channels * options.kernel *
             options.kernel;
  }
  const std::int64_t features = options.hidden > 0 ? options.hidden : layers.back().values();
  if (options.hidden > 0) count += options.hidden * layers.back().values();
  return count + kClasses * features;
}

}  // namespace mnist
