// What the tests of gradients share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "mnist/model/classifier.h"

namespace mnist::testing {

using Gradients = std::vector<torch::Tensor>;  // one for each parameter

inline Gradients gradients_of(const Classifier& network) {
  Gradients copies;
  for (const torch::Tensor& parameter : network->parameters()) {
    copies.push_back(parameter.grad().to(torch::kFloat32, /*non_blocking=*/false, /*copy=*/true));
  }
  return copies;
}

// Of the worst parameter, so that a small one cannot hide behind a large one.
inline double relative_difference(const Gradients& a, const Gradients& b) {
  double worst = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    worst = std::max(worst, ((a[i] - b[i]).norm() / b[i].norm()).item<double>());
  }
  return worst;
}

}  // namespace mnist::testing
