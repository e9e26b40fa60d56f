// The module is written as the source text of its forward(), one line for each layer of the network
// (model/layers.h), over the network's own tensors; LibTorch compiles it.
// None of this project's classes get into the archive.
#include "mnist/export/torchscript.h"

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include <torch/csrc/jit/api/module.h>
#include <torch/nn/options/batchnorm.h>

#include "mnist/report/number_text.h"

namespace mnist {
namespace {

namespace jit = torch::jit;

// What Python calls the output of a layer: "hidden_relu".
std::string variable_of(const Layer& layer) {
  std::string name = layer.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string twice(std::int64_t number) {
  const std::string text = std::to_string(number);
  return "[" + text + ", " + text + "]";
}

// x: the variable that holds the layer's input; second: that of its other input, if it has one.
std::string expression_of(const Layer& layer, const std::string& x, const std::string& second) {
  const std::string self = "self." + layer.name;
  switch (layer.kind) {
    case LayerKind::kCrop: {
      const std::string range =
          std::to_string(layer.size) + ":" + std::to_string(layer.size + layer.side);
      return x + "[:, :, " + range + ", " + range + "]";
    }
    case LayerKind::kStandardise:
      return "(" + x + " - " + unrounded_text(kInkMean) + ") / " + unrounded_text(kInkStd);
    case LayerKind::kSpaceToDepth:
      return "torch.pixel_unshuffle(" + x + ", 2)";
    case LayerKind::kConvolution:
      return "torch.conv2d(" + x + ", " + self + ".weight, " +
             (layer.bias ? self + ".bias" : "None") + ", " + twice(layer.stride) + ", " +
             twice(layer.padding) + ")";
    case LayerKind::kNormalisation:
      return "torch.batch_norm(" + x + ", " + self + ".weight, " + self + ".bias, " + self +
             ".running_mean, " + self + ".running_var, False, 0.1, " +
             unrounded_text(torch::nn::BatchNormOptions(1).eps()) + ", True)";
    case LayerKind::kRelu:
      return "torch.relu(" + x + ")";
    case LayerKind::kMaxPool:
      return "torch.max_pool2d(" + x + ", [2, 2])";
    case LayerKind::kMeanPool:
      return "torch.mean(" + x + ", [2, 3], True)";
    case LayerKind::kAdd:
      return x + " + " + second;
    case LayerKind::kFlatten:
      return "torch.flatten(" + x + ", 1)";
    case LayerKind::kLinear:
      return "torch.linear(" + x + ", " + self + ".weight, " + self + ".bias)";
    case LayerKind::kInk:
    case LayerKind::kDropout:
      break;
  }
  return x;
}

std::string forward_source(const LayerList& layers, double temperature) {
  std::string source = "def forward(self, ink: Tensor) -> Dict[str, Tensor]:\n";
  for (std::size_t i = 1; i < layers.size(); ++i) {
    source += "    " + variable_of(layers[i]) + " = " +
              expression_of(layers[i], variable_of(layers.input_of(layers[i])),
                            variable_of(layers[layers[i].second])) +
              "\n";
  }
  const std::string logits = variable_of(layers[layers.size() - 1]);
  return source + "    return {'probabilities': torch.softmax(" + logits + " / " +
         unrounded_text(temperature) + ", 1), 'acceptance': torch.sigmoid(torch.logsumexp(" +
         logits + ", [1])), 'logits': " + logits + "}\n";
}

jit::Module empty_module(const std::string& name,
                         const std::shared_ptr<jit::CompilationUnit>& unit) {
  jit::Module module(c10::QualifiedName("__torch__.mnist." + name), unit);
  module.register_attribute("training", c10::BoolType::get(), false);
  return module;
}

}  // namespace

Bytes export_torchscript(const Model& model) {
  const auto unit = std::make_shared<jit::CompilationUnit>();
  jit::Module root = empty_module("Digits", unit);
  std::map<std::string, jit::Module> layers;
  const auto layer_of = [&](const std::string& name) -> jit::Module& {
    auto found = layers.find(name);
    if (found == layers.end()) {
      found = layers.emplace(name, empty_module(name, unit)).first;
      root.register_module(name, found->second);
    }
    return found->second;
  };
  const auto add = [&](const std::string& name, const torch::Tensor& value, bool is_buffer) {
    const auto point = name.find('.');
    layer_of(name.substr(0, point))
        .register_parameter(name.substr(point + 1), value.detach().cpu().contiguous(), is_buffer);
  };
  for (const auto& item : model.network->named_parameters()) add(item.key(), item.value(), false);
  for (const auto& item : model.network->named_buffers()) add(item.key(), item.value(), true);
  root.define(forward_source(model.network->layers, model.temperature));

  std::ostringstream archive;
  root.save(archive);
  const std::string text = archive.str();
  return {text.begin(), text.end()};
}

}  // namespace mnist
