#include "mnist/model/network.h"

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/base/shown_text.h"
#include "mnist/bytes/json_document.h"
#include "mnist/model/classifier.h"

namespace mnist {
namespace {

constexpr std::size_t kNetworks = std::variant_size_v<NetworkOptions>;

template <std::size_t... kIndex>
constexpr auto names_of(std::index_sequence<kIndex...>) {
  return std::array{std::variant_alternative_t<kIndex, NetworkOptions>::kName...};
}

constexpr std::array<std::string_view, kNetworks> kNames =
    names_of(std::make_index_sequence<kNetworks>());

// Reads the options of the first network of that name, from `kIndex` on.
template <std::size_t kIndex = 0>
NetworkOptions read_options(std::string_view name, JsonObjectReader& reader) {
  if constexpr (kIndex < kNetworks) {
    if (name != kNames[kIndex]) return read_options<kIndex + 1>(name, reader);
    return std::variant_alternative_t<kIndex, NetworkOptions>::read(reader);
  } else {
    throw Error(ErrorKind::kUnsupported, "unknown network " + in_quotes(name));
  }
}

template <class Options>
concept IsLayered = requires(const Options& options) {
  options.layers();
};

// What tensors and costs are functions of.
template <class Options>
decltype(auto) described(const Options& options) {
  if constexpr (IsLayered<Options>) {
    return options.layers();
  } else {
    return (options);
  }
}

}  // namespace

std::string_view network_name(const NetworkOptions& options) { return kNames[options.index()]; }

NetworkOptions read_network(JsonObjectReader& reader) {
  return read_options(reader.choice("name", std::string(kNames.front()), kNames), reader);
}

nlohmann::json network_json(const NetworkOptions& options) {
  nlohmann::json json = options_json(options);
  json["name"] = network_name(options);
  return json;
}

NetworkOptions read_network_options(const std::string& name, JsonObjectReader& reader) {
  return read_options(name, reader);
}

nlohmann::json options_json(const NetworkOptions& options) {
  return std::visit([](const auto& of_kind) { return of_kind.to_json(); }, options);
}

bool is_classifier(const NetworkOptions& options) {
  return std::visit([](const auto& of_kind) { return IsLayered<decltype(of_kind)>; }, options);
}

LayerList layers_of(const NetworkOptions& options) {
  return std::visit(
      [](const auto& of_kind) {
        if constexpr (IsLayered<decltype(of_kind)>) return of_kind.layers();
        return LayerList();
      },
      options);
}

std::map<std::string, std::vector<std::int64_t>> expected_tensors(const NetworkOptions& options) {
  return std::visit([](const auto& of_kind) { return expected_tensors(described(of_kind)); },
                    options);
}

std::int64_t parameter_count(const NetworkOptions& options) {
  return std::visit([](const auto& of_kind) { return parameter_count(described(of_kind)); },
                    options);
}

std::int64_t multiply_adds(const NetworkOptions& options) {
  return std::visit([](const auto& of_kind) { return multiply_adds(described(of_kind)); }, options);
}

std::shared_ptr<torch::nn::Module> make_network(const NetworkOptions& options) {
  return std::visit(
      [&](const auto& of_kind) -> std::shared_ptr<torch::nn::Module> {
        if constexpr (IsLayered<decltype(of_kind)>) {
          return std::make_shared<ClassifierImpl>(options);
        } else {
          return make_network(of_kind);
        }
      },
      options);
}

}  // namespace mnist
