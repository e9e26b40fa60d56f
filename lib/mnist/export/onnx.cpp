// The graph has one node for each step of ConvNet::forward (model/convnet.h), named after the
// network's own layers, in evaluation mode: dropout is absent and batch normalisation uses its
// running statistics. Runtimes fold what can be folded.
#include "mnist/export/onnx.h"

#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>
#include <torch/nn/options/batchnorm.h>
#include <torch/types.h>

#include "mnist/base/error.h"
#include "mnist/base/version.h"
#include "mnist/digit/digit.h"

namespace mnist {
namespace {

constexpr int kIrVersion = 7;  // the file format that goes with opset 13

using nlohmann::json;
using Sizes = std::vector<std::int64_t>;

void set_type(onnx::ValueInfoProto& value, const std::string& name, const Sizes& after_batch) {
  value.set_name(name);
  auto* type = value.mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  type->mutable_shape()->add_dim()->set_dim_param("N");
  for (const std::int64_t size : after_batch) {
    type->mutable_shape()->add_dim()->set_dim_value(size);
  }
}

// A graph that grows at its end: `x` is the output of the last node.
class Graph {
 public:
  std::string x;

  Graph(onnx::GraphProto& proto, std::string input) : x(std::move(input)), proto_(proto) {}

  // Adds a node that takes `x` and `more`; its output, and so the new `x`, is named `name`.
  onnx::NodeProto& add(const char* op, const std::string& name,
                       std::initializer_list<std::string> more = {}) {
    onnx::NodeProto& node = *proto_.add_node();
    node.set_op_type(op);
    node.set_name(name);
    node.add_input(x);
    for (const std::string& input : more) node.add_input(input);
    node.add_output(name);
    x = name;
    return node;
  }

  // Adds values that nodes can take, and returns their name.
  std::string constant(const std::string& name, const torch::Tensor& values) {
    const torch::Tensor plain = values.detach().cpu().contiguous();
    onnx::TensorProto& tensor = *proto_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(plain.scalar_type() == torch::kInt64 ? onnx::TensorProto::INT64
                                                              : onnx::TensorProto::FLOAT);
    for (const std::int64_t size : plain.sizes()) tensor.add_dims(size);
    tensor.set_raw_data(plain.data_ptr(), plain.nbytes());
    return name;
  }
  std::string constant(const std::string& name, double value) {
    return constant(name, torch::tensor(static_cast<float>(value)));
  }
  std::string constant(const std::string& name, const Sizes& values) {
    return constant(name, torch::tensor(values, torch::kInt64));
  }

 private:
  onnx::GraphProto& proto_;
};

void set(onnx::NodeProto& node, const char* name, std::int64_t value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void set(onnx::NodeProto& node, const char* name, float value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void set(onnx::NodeProto& node, const char* name, const Sizes& values) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

using State = std::map<std::string, torch::Tensor>;

void add_input_steps(Graph& graph, const ConvNetOptions& options) {
  if (options.crop > 0) {
    const std::int64_t end = kDigitSide - options.crop;
    graph.add(
        "Slice", "cropped",
        {graph.constant("crop.starts", Sizes{options.crop, options.crop}),
         graph.constant("crop.ends", Sizes{end, end}), graph.constant("crop.axes", Sizes{2, 3})});
  }
  graph.add("Sub", "centred", {graph.constant("mean", kInkMean)});
  graph.add("Div", "standardised", {graph.constant("std", kInkStd)});
  if (!options.space_to_depth) return;
  // A convolution that picks one pixel of 2x2 for each channel: SpaceToDepth itself, which is the
  // same, OpenCV's dnn (4.6) runs for a batch of one alone.
  constexpr std::int64_t kBlock = 2;
  const torch::Tensor pick =
      torch::eye(kBlock * kBlock).reshape({kBlock * kBlock, 1, kBlock, kBlock});
  onnx::NodeProto& node = graph.add("Conv", "unshuffled", {graph.constant("unshuffle", pick)});
  set(node, "kernel_shape", Sizes{kBlock, kBlock});
  set(node, "strides", Sizes{kBlock, kBlock});
}

void add_convolution(Graph& graph, const State& state, const ConvNetOptions& options,
                     const std::string& number) {
  const std::string conv = "conv" + number;
  const std::string weight = graph.constant(conv + ".weight", state.at(conv + ".weight"));
  onnx::NodeProto& node =
      options.batch_norm
          ? graph.add("Conv", conv, {weight})
          : graph.add("Conv", conv,
                      {weight, graph.constant(conv + ".bias", state.at(conv + ".bias"))});
  set(node, "kernel_shape", Sizes{options.kernel, options.kernel});
  if (options.padding) set(node, "pads", Sizes(4, options.kernel / 2));
  if (options.batch_norm) {
    const std::string norm = "norm" + number;
    const auto part = [&](const char* name) {
      return graph.constant(norm + name, state.at(norm + name));
    };
    set(graph.add("BatchNormalization", norm,
                  {part(".weight"), part(".bias"), part(".running_mean"), part(".running_var")}),
        "epsilon", static_cast<float>(torch::nn::BatchNormOptions(1).eps()));
  }
  graph.add("Relu", "relu" + number);
}

void add_linear(Graph& graph, const State& state, const std::string& name,
                const std::string& output) {
  set(graph.add("Gemm", output,
                {graph.constant(name + ".weight", state.at(name + ".weight")),
                 graph.constant(name + ".bias", state.at(name + ".bias"))}),
      "transB", 1L);
}

void add_network(Graph& graph, const State& state, const ConvNetOptions& options) {
  add_input_steps(graph, options);
  for (const ConvolutionLayer& layer : convolution_layers(options)) {
    add_convolution(graph, state, options, layer.number);
    if (!layer.pooled) continue;
    onnx::NodeProto& pool = graph.add("MaxPool", "pool" + layer.number);
    set(pool, "kernel_shape", Sizes{2, 2});
    set(pool, "strides", Sizes{2, 2});
  }
  graph.add("Flatten", "flat");
  if (options.hidden > 0) {
    add_linear(graph, state, "hidden", "hidden");
    graph.add("Relu", "hidden.relu");
  }
  add_linear(graph, state, "output", "logits");
}

void add_answers(Graph& graph, double temperature) {
  graph.add("Div", "tempered", {graph.constant("temperature", temperature)});
  set(graph.add("Softmax", "probabilities"), "axis", 1L);
  // Of the logits' logsumexp, spelled out: OpenCV's dnn (4.6) reduces for a batch of one alone.
  graph.x = "logits";
  graph.add("Exp", "exponentials");
  set(graph.add("Gemm", "sum",
                {graph.constant("ones", torch::ones({1, kClasses})),
                 graph.constant("nothing", torch::zeros({1}))}),
      "transB", 1L);
  graph.add("Log", "energy");
  graph.add("Sigmoid", "accepted");
  graph.add("Reshape", "acceptance", {graph.constant("flat.shape", Sizes{-1})});
}

void check(const onnx::ModelProto& proto) {
  try {
    onnx::checker::check_model(proto);
    onnx::ModelProto inferred = proto;
    constexpr bool kCheckTypes = true;
    constexpr int kStrict = 1;
    onnx::shape_inference::InferShapes(inferred, onnx::OpSchemaRegistry::Instance(),
                                       {kCheckTypes, kStrict, false});
  } catch (const std::runtime_error& error) {
    const std::string words = error.what();
    throw Error(ErrorKind::kUnsupported,
                "ONNX's checker refuses the exported graph: " + words.substr(0, words.find('\n')));
  }
}

}  // namespace

Bytes export_onnx(const Model& model) {
  onnx::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.add_opset_import()->set_version(kOnnxOpset);
  proto.set_producer_name("mnist-toolkit");
  proto.set_producer_version(kVersion);
  proto.set_doc_string("Handwritten digits: ink [N,1,28,28] in [0,1] to probabilities [N,10].");
  // What a consumer needs beside the graph to decide as mnist-predict does. Values are JSON.
  const auto note = [&](const char* key, const json& value) {
    auto* entry = proto.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value.dump());
  };
  note("classes", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  note("reject_below", model.reject_below);
  note("accept_above", model.accept_above);
  note("options", model.network->options.to_json());
  note("training", model.training);

  onnx::GraphProto& graph_proto = *proto.mutable_graph();
  graph_proto.set_name("digits");
  set_type(*graph_proto.add_input(), "ink", {1, kDigitSide, kDigitSide});
  set_type(*graph_proto.add_output(), "probabilities", {kClasses});
  set_type(*graph_proto.add_output(), "acceptance", {});
  set_type(*graph_proto.add_output(), "logits", {kClasses});

  Graph graph(graph_proto, "ink");
  add_network(graph, state_of(*model.network), model.network->options);
  add_answers(graph, model.temperature);
  check(proto);
  Bytes bytes(proto.ByteSizeLong());
  if (!proto.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw Error(ErrorKind::kUnsupported, "the network is too large for an ONNX file");
  }
  return bytes;
}

}  // namespace mnist
