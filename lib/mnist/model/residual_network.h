// The network 'residual': pre-activation residual blocks (He et al., "Identity mappings in deep
// residual networks", 2016, arXiv:1603.05027), the first of them at the image's full resolution.
//
//   ink [N,1,28,28] in [0,1]
//     -> standardised, 3x3 convolution
//     -> per stage `blocks` blocks: batch normalisation, ReLU, 3x3 convolution, twice, added to the
//        block's input; the first block of each later stage halves the side and, like every block
//        that changes the channels, adds a 1x1 convolution of its activated input instead
//     -> batch normalisation, ReLU, mean over all positions, dropout -> logits [N,10]
//
// Does not use Torch. Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "mnist/model/layers.h"

namespace mnist {

class JsonObjectReader;

struct ResidualOptions {
  static constexpr std::string_view kName = "residual";  // in configs and model files

  std::vector<std::int64_t> channels = {128, 256, 512};  // of each stage, 1 to 4
  std::int64_t blocks = 1;                               // in each stage
  double dropout = 0.0;                                  // before the last layer, in [0,1)

  bool operator==(const ResidualOptions&) const = default;

  // Reads and checks the options, leaving the defaults for absent keys. Throws Error{kUsage}.
  static ResidualOptions read(JsonObjectReader& reader);
  nlohmann::json to_json() const;

  // Tensors: stem, and of block 1, 2, …: norm<n>a, conv<n>a, norm<n>b, conv<n>b, shortcut<n>; then
  // norm, output.
  LayerList layers() const;
};

}  // namespace mnist
