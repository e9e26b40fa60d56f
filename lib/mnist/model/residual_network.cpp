#include "mnist/model/residual_network.h"

#include <string>

#include <nlohmann/json.hpp>

#include "mnist/bytes/json_document.h"
#include "mnist/digit/digit.h"

namespace mnist {
namespace {

void add_block(LayerList& layers, const std::string& number, std::int64_t channels,
               std::int64_t stride) {
  const std::size_t input = layers.at();
  const bool changes = stride != 1 || layers[input].channels != channels;
  layers.normalisation("norm" + number + "a").relu("relu" + number + "a");
  const std::size_t activated = layers.at();
  std::size_t shortcut = input;
  if (changes) {
    layers.convolution("shortcut" + number, channels, {.size = 1, .stride = stride});
    shortcut = layers.at();
  }
  layers.from(activated)
      .convolution("conv" + number + "a", channels, {.stride = stride, .padding = 1})
      .normalisation("norm" + number + "b")
      .relu("relu" + number + "b")
      .convolution("conv" + number + "b", channels, {.padding = 1})
      .add("block" + number, shortcut);
}

}  // namespace

ResidualOptions ResidualOptions::read(JsonObjectReader& reader) {
  ResidualOptions options;
  options.channels = reader.integers("channels", options.channels, 1, 1024, 1, 4);
  options.blocks = reader.integer("blocks", options.blocks, 1, 16);
  options.dropout = reader.number("dropout", options.dropout, 0.0, 0.95);
  return options;
}

nlohmann::json ResidualOptions::to_json() const {
  return {{"channels", channels}, {"blocks", blocks}, {"dropout", dropout}};
}

LayerList ResidualOptions::layers() const {
  LayerList layers;
  layers.standardise().convolution("stem", channels.front(), {.padding = 1});
  int number = 0;
  for (std::size_t stage = 0; stage < channels.size(); ++stage) {
    for (std::int64_t i = 0; i < blocks; ++i) {
      const bool halves = stage > 0 && i == 0;
      add_block(layers, std::to_string(++number), channels[stage], halves ? 2 : 1);
    }
  }
  layers.normalisation("norm").relu("relu").mean_pool("mean").flatten();
  if (dropout > 0) layers.dropout(dropout);
  return layers.linear("output", kClasses);
}

}  // namespace mnist
