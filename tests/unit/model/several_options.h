// Classifiers that differ in all of their options.
#pragma once

#include <vector>

#include "mnist/model/network.h"

namespace mnist::testing {

inline std::vector<NetworkOptions> several_classifiers() {
  return {ConvNetOptions{},
          ConvNetOptions{.channels = {8}, .convolutions = 3, .hidden = 0},
          ConvNetOptions{.channels = {4, 6, 8}, .crop = 0, .space_to_depth = false},
          ConvNetOptions{.channels = {4, 6}, .convolutions = 2, .batch_norm = false},
          ConvNetOptions{.channels = {4, 6}, .hidden = 16, .padding = false, .batch_norm = false},
          ConvNetOptions{.channels = {4, 6, 8},
                         .kernel = 5,
                         .hidden = 0,
                         .crop = 0,
                         .space_to_depth = false,
                         .padding = false,
                         .pooling = false},
          ConvNetOptions{.channels = {4, 6, 8, 8, 8}, .kernel = 7, .pooling = false},
          ConvNetOptions{
              .channels = {32, 64}, .padding = false, .batch_norm = false, .pool_last = false},
          ResidualOptions{.channels = {4, 6}},
          ResidualOptions{.channels = {4, 4, 8, 8}, .blocks = 2, .dropout = 0.5}};
}

}  // namespace mnist::testing
