// Networks by name: what a config and a model file say about a network of any kind.
//
// A kind of network is a struct of options `O`, with
//
//   static constexpr std::string_view kName      its name in configs and model files
//   static O read(JsonObjectReader&)             reads and checks them; defaults for absent keys
//   nlohmann::json to_json() const               what read() takes back unchanged
//   bool operator==
//
// and either, if it classifies digits,
//
//   LayerList layers() const                     everything else follows from it (layers.h)
//
// or functions of an O: expected_tensors, parameter_count, multiply_adds, make_network, as below.
// One more type in NetworkOptions makes it known to configs, model files and mnist-train.
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mnist/model/convnet.h"
#include "mnist/model/page_network_options.h"
#include "mnist/model/residual_network.h"

namespace mnist {

// All networks. The first is used if a config names none.
using NetworkOptions = std::variant<ConvNetOptions, PageNetOptions, ResidualOptions>;

std::string_view network_name(const NetworkOptions& options);

// The section `model` of a config: a network's "name" and its options. Throws Error{kUsage} for an
// unknown name or key and for an impossible value.
NetworkOptions read_network(JsonObjectReader& reader);
nlohmann::json network_json(const NetworkOptions& options);

// Only the options, of the network `name`, as in a model file. Throws Error: kUnsupported for an
// unknown name, kUsage like read_network.
NetworkOptions read_network_options(const std::string& name, JsonObjectReader& reader);
nlohmann::json options_json(const NetworkOptions& options);

// Whether it turns a digit into ten logits. If so, layers_of() is what it computes.
bool is_classifier(const NetworkOptions& options);
LayerList layers_of(const NetworkOptions& options);

// Parameters and buffers by name, with their shapes: what a model file must contain, known without
// building the network.
std::map<std::string, std::vector<std::int64_t>> expected_tensors(const NetworkOptions& options);

std::int64_t parameter_count(const NetworkOptions& options);

// Multiplications for one image.
std::int64_t multiply_adds(const NetworkOptions& options);

// The network, on the CPU, its weights drawn from Torch's generator.
std::shared_ptr<torch::nn::Module> make_network(const NetworkOptions& options);

}  // namespace mnist
