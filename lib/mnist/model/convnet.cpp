#include "mnist/model/convnet.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "mnist/bytes/json_document.h"
#include "mnist/digit/digit.h"

namespace mnist {

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
    reader.fail("pool_last", "has no effect without 'pooling'");
  }
  const LayerList layers = options.layers();
  const auto flat = std::ranges::find(layers, LayerKind::kFlatten, &Layer::kind);
  if (flat->channels == 0) {
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

LayerList ConvNetOptions::layers() const {
  LayerList layers;
  if (crop > 0) layers.crop(crop);
  layers.standardise();
  if (space_to_depth) layers.space_to_depth();
  int number = 0;
  for (std::size_t block = 0; block < channels.size(); ++block) {
    std::string name;
    for (std::int64_t i = 0; i < convolutions; ++i) {
      name = std::to_string(++number);
      // No bias before a normalisation, which would cancel it.
      layers.convolution(
          "conv" + name, channels[block],
          {.size = kernel, .padding = padding ? kernel / 2 : 0, .bias = !batch_norm});
      if (batch_norm) layers.normalisation("norm" + name);
      layers.relu("relu" + name);
    }
    if (pools(block)) layers.max_pool("pool" + name);
  }
  layers.flatten();
  if (hidden > 0) layers.linear("hidden", hidden).relu("hidden.relu");
  if (dropout > 0) layers.dropout(dropout);
  return layers.linear("output", kClasses);
}

}  // namespace mnist
