// The options of a PageNet (page_network.h), and what follows from them without building the
// network: its layers, its tensors, its costs. Does not use Torch. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace torch::nn {
class Module;
}

namespace mnist {

class JsonObjectReader;

struct PageNetOptions {
  static constexpr std::string_view kName = "page";  // in configs and model files

  std::int64_t channels = 48;  // of every convolution
  std::int64_t pairs = 4;      // residual pairs of convolutions
  std::int64_t ink = 32;       // channels that decide whether a pixel is ink

  bool operator==(const PageNetOptions&) const = default;

  // Reads and checks the options, leaving the defaults for absent keys. Throws Error{kUsage}.
  static PageNetOptions read(JsonObjectReader& reader);
  nlohmann::json to_json() const;
};

// One convolution, by its tensors' names.
struct PageNetLayer {
  std::string name;
  std::string norm;  // of the batch normalisation after it; empty if none: then it has a bias
  std::int64_t ins;
  std::int64_t outs;
  std::int64_t kernel;
};

// All of them: the stem, the pairs, then "maps", "ink_hidden" and "ink".
std::vector<PageNetLayer> convolution_layers(const PageNetOptions& options);

// The tensors that a PageNet of these options has, with their shapes.
std::map<std::string, std::vector<std::int64_t>> expected_tensors(const PageNetOptions& options);

std::int64_t parameter_count(const PageNetOptions& options);

// Multiplications of the convolutions for 128x128 pixels.
std::int64_t multiply_adds(const PageNetOptions& options);

// A PageNet of these options, its weights drawn from Torch's generator (page_network.cpp).
std::shared_ptr<torch::nn::Module> make_network(const PageNetOptions& options);

}  // namespace mnist
