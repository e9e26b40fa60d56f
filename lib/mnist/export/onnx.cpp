// The graph has a node for each layer of the network (model/layers.h), named after it, in
// evaluation mode: dropout is absent and batch normalisation uses its running statistics. Runtimes
// fold what can be folded.
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

  void rename_last(const std::string& name) {
    onnx::NodeProto& last = *proto_.mutable_node(proto_.node_size() - 1);
    last.set_name(name);
    last.set_output(0, name);
    x = name;
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

void add_space_to_depth(Graph& graph, const std::string& name) {
  // A convolution that picks one pixel of 2x2 for each channel: SpaceToDepth would do the same, but
  // OpenCV's dnn (4.6) runs it only for a batch of one.
  constexpr std::int64_t kBlock = 2;
  const torch::Tensor pick =
      torch::eye(kBlock * kBlock).reshape({kBlock * kBlock, 1, kBlock, kBlock});
  onnx::NodeProto& node = graph.add("Conv", name, {graph.constant(name + ".pick", pick)});
  set(node, "kernel_shape", Sizes{kBlock, kBlock});
  set(node, "strides", Sizes{kBlock, kBlock});
}

// The nodes of one layer, whose inputs have been added; graph.x becomes its output.
void add_layer(Graph& graph, const State& state, const Layer& layer, const std::string& second) {
  const std::string& name = layer.name;
  const auto part = [&](const char* of) { return graph.constant(name + of, state.at(name + of)); };
  switch (layer.kind) {
    case LayerKind::kInk:
    case LayerKind::kDropout:
      return;
    case LayerKind::kCrop: {
      const std::int64_t end = layer.side + layer.size;
      graph.add("Slice", name,
                {graph.constant(name + ".starts", Sizes{layer.size, layer.size}),
                 graph.constant(name + ".ends", Sizes{end, end}),
                 graph.constant(name + ".axes", Sizes{2, 3})});
      return;
    }
    case LayerKind::kStandardise:
      graph.add("Sub", "centred", {graph.constant(name + ".mean", kInkMean)});
      graph.add("Div", name, {graph.constant(name + ".std", kInkStd)});
      return;
    case LayerKind::kSpaceToDepth:
      add_space_to_depth(graph, name);
      return;
    case LayerKind::kConvolution: {
      const std::string weight = part(".weight");
      onnx::NodeProto& node = layer.bias ? graph.add("Conv", name, {weight, part(".bias")})
                                         : graph.add("Conv", name, {weight});
      set(node, "kernel_shape", Sizes{layer.size, layer.size});
      if (layer.stride != 1) set(node, "strides", Sizes{layer.stride, layer.stride});
      if (layer.padding > 0) set(node, "pads", Sizes(4, layer.padding));
      return;
    }
    case LayerKind::kNormalisation:
      set(graph.add("BatchNormalization", name,
                    {part(".weight"), part(".bias"), part(".running_mean"), part(".running_var")}),
          "epsilon", static_cast<float>(torch::nn::BatchNormOptions(1).eps()));
      return;
    case LayerKind::kRelu:
      graph.add("Relu", name);
      return;
    case LayerKind::kMaxPool: {
      onnx::NodeProto& pool = graph.add("MaxPool", name);
      set(pool, "kernel_shape", Sizes{2, 2});
      set(pool, "strides", Sizes{2, 2});
      return;
    }
    case LayerKind::kMeanPool:
      graph.add("GlobalAveragePool", name);
      return;
    case LayerKind::kAdd:
      graph.add("Add", name, {second});
      return;
    case LayerKind::kFlatten:
      graph.add("Flatten", name);
      return;
    case LayerKind::kLinear:
      set(graph.add("Gemm", name, {part(".weight"), part(".bias")}), "transB", 1L);
  }
}

void add_network(Graph& graph, const State& state, const LayerList& layers) {
  std::vector<std::string> outputs;  // of each layer, by name
  for (const Layer& layer : layers) {
    if (!outputs.empty()) graph.x = outputs[layer.input];
    add_layer(graph, state, layer, outputs.empty() ? "" : outputs[layer.second]);
    outputs.push_back(graph.x);
  }
  graph.rename_last("logits");
}

void add_answers(Graph& graph, double temperature) {
  graph.add("Div", "tempered", {graph.constant("temperature", temperature)});
  set(graph.add("Softmax", "probabilities"), "axis", 1L);
  // The logits' logsumexp, spelled out: OpenCV's dnn (4.6) reduces only for a batch of one.
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
  // What a consumer needs besides the graph to decide as mnist-predict does. Values are JSON.
  const auto note = [&](const char* key, const json& value) {
    auto* entry = proto.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value.dump());
  };
  note("classes", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  note("reject_below", model.reject_below);
  note("accept_above", model.accept_above);
  note("network", network_name(model.network->options));
  note("options", options_json(model.network->options));
  note("training", model.training);

  onnx::GraphProto& graph_proto = *proto.mutable_graph();
  graph_proto.set_name("digits");
  set_type(*graph_proto.add_input(), "ink", {1, kDigitSide, kDigitSide});
  set_type(*graph_proto.add_output(), "probabilities", {kClasses});
  set_type(*graph_proto.add_output(), "acceptance", {});
  set_type(*graph_proto.add_output(), "logits", {kClasses});

  Graph graph(graph_proto, "ink");
  add_network(graph, state_of(*model.network), model.network->layers);
  add_answers(graph, model.temperature);
  check(proto);
  Bytes bytes(proto.ByteSizeLong());
  if (!proto.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw Error(ErrorKind::kUnsupported, "the network is too large for an ONNX file");
  }
  return bytes;
}

}  // namespace mnist
