// The module is written as the source text of its forward(), one line for each step of
// ConvNet::forward (model/convnet.h), over the network's own tensors; LibTorch compiles it.
// Nothing of this project's classes gets into the archive.
#include "mnist/export/torchscript.h"

#include <map>
#include <memory>
#include <sstream>
#include <string>

#include <torch/csrc/jit/api/module.h>
#include <torch/nn/options/batchnorm.h>

#include "mnist/digit/digit.h"
#include "mnist/report/number_text.h"

namespace mnist {
namespace {

namespace jit = torch::jit;

class Source {
 public:
  void line(const std::string& text) { text_ += "    " + text + "\n"; }
  std::string text() const {
    return "def forward(self, ink: Tensor) -> Dict[str, Tensor]:\n" + text_;
  }

 private:
  std::string text_;
};

void add_input_steps(Source& source, const ConvNetOptions& options) {
  const std::string range =
      std::to_string(options.crop) + ":" + std::to_string(kDigitSide - options.crop);
  source.line("x = ink[:, :, " + range + ", " + range + "]");
  source.line("x = (x - " + unrounded_text(kInkMean) + ") / " + unrounded_text(kInkStd));
  if (options.space_to_depth) source.line("x = torch.pixel_unshuffle(x, 2)");
}

void add_convolution(Source& source, const ConvNetOptions& options, const std::string& number) {
  const std::string conv = "self.conv" + number;
  const std::string norm = "self.norm" + number;
  const std::string side = std::to_string(options.padding ? options.kernel / 2 : 0);
  const std::string padding = "[" + side + ", " + side + "]";
  source.line("x = torch.conv2d(x, " + conv + ".weight, " +
              (options.batch_norm ? "None" : conv + ".bias") + ", [1, 1], " + padding + ")");
  if (options.batch_norm) {
    const torch::nn::BatchNormOptions defaults(1);
    source.line("x = torch.batch_norm(x, " + norm + ".weight, " + norm + ".bias, " + norm +
                ".running_mean, " + norm + ".running_var, False, 0.1, " +
                unrounded_text(defaults.eps()) + ", True)");
  }
  source.line("x = torch.relu(x)");
}

std::string linear(const std::string& name) {
  return "torch.linear(x, self." + name + ".weight, self." + name + ".bias)";
}

std::string forward_source(const ConvNetOptions& options, double temperature) {
  Source source;
  add_input_steps(source, options);
  for (const ConvolutionLayer& layer : convolution_layers(options)) {
    add_convolution(source, options, layer.number);
    if (layer.pooled) source.line("x = torch.max_pool2d(x, [2, 2])");
  }
  source.line("x = torch.flatten(x, 1)");
  if (options.hidden > 0) source.line("x = torch.relu(" + linear("hidden") + ")");
  source.line("logits = " + linear("output"));
  source.line("return {'probabilities': torch.softmax(logits / " + unrounded_text(temperature) +
              ", 1), 'acceptance': torch.sigmoid(torch.logsumexp(logits, [1])), "
              "'logits': logits}");
  return source.text();
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
  root.define(forward_source(model.network->options, model.temperature));

  std::ostringstream archive;
  root.save(archive);
  const std::string text = archive.str();
  return {text.begin(), text.end()};
}

}  // namespace mnist
