// Networks that differ in everything their options can say.
#pragma once

#include <vector>

#include "mnist/model/convnet.h"

namespace mnist::testing {

inline std::vector<ConvNetOptions> several_options() {
  return {{},
          {.channels = {8}, .convolutions = 3, .hidden = 0},
          {.channels = {4, 6, 8}, .crop = 0, .space_to_depth = false},
          {.channels = {4, 6}, .convolutions = 2, .batch_norm = false},
          {.channels = {4, 6}, .hidden = 16, .padding = false, .batch_norm = false},
          {.channels = {4, 6, 8},
           .kernel = 5,
           .hidden = 0,
           .crop = 0,
           .space_to_depth = false,
           .padding = false,
           .pooling = false},
          {.channels = {4, 6, 8, 8, 8}, .kernel = 7, .pooling = false},
          {.channels = {32, 64}, .padding = false, .batch_norm = false, .pool_last = false}};
}

}  // namespace mnist::testing
