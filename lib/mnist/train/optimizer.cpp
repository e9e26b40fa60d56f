#include "mnist/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <torch/utils.h>

namespace mnist {

FlatParameters::FlatParameters(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parameters = module.parameters();
  std::stable_partition(parameters.begin(), parameters.end(),
                        [](const torch::Tensor& p) { return p.dim() >= 2; });
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : parameters) {
    count += parameter.numel();
    if (parameter.dim() >= 2) decayed = count;
  }
  values = torch::empty({count}, parameters.front().options().requires_grad(false));
  gradients = torch::zeros_like(values);
  std::int64_t offset = 0;
  for (torch::Tensor& parameter : parameters) {
    const auto view_of = [&](const torch::Tensor& flat) {
      // With the parameter's own strides: convolutions keep their weights channels-last.
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

Optimizer::Optimizer(const OptimizerConfig& config, FlatParameters& parameters)
    : config_(config),
      parameters_(parameters),
      first_moment_(torch::zeros_like(parameters.values)),
      second_moment_(config.name == "sgd" ? torch::Tensor()
                                          : torch::zeros_like(parameters.values)) {}

void Optimizer::step(double learning_rate, std::int64_t step) {
  const torch::NoGradGuard no_grad;
  torch::Tensor weights = parameters_.values.narrow(0, 0, parameters_.decayed);
  if (config_.name == "adamw") {
    weights.mul_(1 - learning_rate * config_.weight_decay);
  } else if (config_.weight_decay > 0) {
    parameters_.gradients.narrow(0, 0, parameters_.decayed).add_(weights, config_.weight_decay);
  }
  if (config_.name == "sgd") {
    step_sgd(learning_rate);
  } else {
    step_adam(learning_rate, step);
  }
}

void Optimizer::step_sgd(double learning_rate) {
  const torch::Tensor& gradients = parameters_.gradients;
  first_moment_.mul_(config_.momentum).add_(gradients);
  parameters_.values.add_(gradients, -learning_rate)
      .add_(first_moment_, -learning_rate * config_.momentum);
}

void Optimizer::step_adam(double learning_rate, std::int64_t step) {
  const torch::Tensor& gradients = parameters_.gradients;
  const auto count = static_cast<double>(step) + 1;
  const double correction1 = 1 - std::pow(config_.beta1, count);
  const double correction2 = 1 - std::pow(config_.beta2, count);
  first_moment_.lerp_(gradients, 1 - config_.beta1);
  second_moment_.mul_(config_.beta2).addcmul_(gradients, gradients, 1 - config_.beta2);
  const torch::Tensor denominator =
      second_moment_.sqrt().div_(std::sqrt(correction2)).add_(config_.epsilon);
  parameters_.values.addcdiv_(first_moment_, denominator, -learning_rate / correction1);
}

std::map<std::string, torch::Tensor> Optimizer::state() {
  std::map<std::string, torch::Tensor> state = {{"optimizer.first_moment", first_moment_}};
  if (second_moment_.defined()) state["optimizer.second_moment"] = second_moment_;
  return state;
}

}  // namespace mnist
