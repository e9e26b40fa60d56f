#include "mnist/gradient/flat_parameters.h"

#include <algorithm>

#include <torch/utils.h>

namespace mnist {

FlatParameters::FlatParameters(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parameters = module.parameters();
  std::stable_partition(parameters.begin(), parameters.end(),
                        [](const torch::Tensor& p) { return p.dim() >= 2; });
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.dim() >= 2) {
      const std::int64_t rows = parameter.size(0);
      matrices.push_back({count, rows, parameter.numel() / rows});
      decayed = count + parameter.numel();
    }
    count += parameter.numel();
  }
  values = torch::empty({count}, parameters.front().options().requires_grad(false));
  gradients = torch::zeros_like(values);
  std::int64_t offset = 0;
  for (torch::Tensor& parameter : parameters) {
    const auto view_of = [&](const torch::Tensor& flat) {
      // With the parameter's own strides: convolutions keep their weights channels-last. Either
      // way outputs are outermost, so a weight is a matrix with one row for each.
      return flat.as_strided(parameter.sizes(), parameter.strides(), offset);
    };
    torch::Tensor view = view_of(values);
    view.copy_(parameter);
    torch::Tensor gradient = view_of(gradients);
    offset += parameter.numel();
    parameter.set_data(view);
    parameter.mutable_grad() = gradient;
  }
}

}  // namespace mnist
