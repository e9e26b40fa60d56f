// Internal: the walk through a network's convolutions that every exporter makes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mnist/model/network.h"

namespace mnist {

// A convolution, its normalisation if there is any, and its ReLU.
struct ConvolutionStep {
  std::string number;   // "1", "2", …: the tensors are those of conv<number> and norm<number>
  bool pooled = false;  // whether 2x2 max-pooling follows
};

inline std::vector<ConvolutionStep> convolution_steps(const ConvNetOptions& options) {
  std::vector<ConvolutionStep> steps;
  for (std::size_t block = 0; block < options.channels.size(); ++block) {
    for (std::int64_t i = 0; i < options.convolutions; ++i) {
      steps.push_back({.number = std::to_string(steps.size() + 1)});
    }
    steps.back().pooled = options.pools(block);
  }
  return steps;
}

}  // namespace mnist
