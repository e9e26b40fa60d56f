#include "mnist/train/optimizer.h"

#include <cmath>

#include <torch/utils.h>

namespace mnist {
namespace {

// The matrix of u's singular vectors with singular values near 1, for u of at most as many rows as
// columns. An iteration maps X to (a + b XX' + c (XX')^2) X. All its factors are polynomials of
// the first XX', so it runs on that small square matrix and touches the wide one only twice.
torch::Tensor orthogonalized(const torch::Tensor& u, std::int64_t steps) {
  constexpr double kA = 3.4445;
  constexpr double kB = -4.7750;
  constexpr double kC = 2.0315;
  const torch::Tensor x = u / (u.norm() + 1e-7);
  torch::Tensor gram = x.mm(x.t());
  torch::Tensor product;
  for (std::int64_t step = 0; step < steps; ++step) {
    torch::Tensor factor = torch::addmm(gram, gram, gram, kB, kC);
    factor.diagonal().add_(kA);
    product = product.defined() ? factor.mm(product) : factor;
    if (step + 1 < steps) gram = factor.mm(gram).mm(factor);
  }
  return product.mm(x);
}

}  // namespace

Optimizer::Optimizer(const OptimizerConfig& config, FlatParameters& parameters)
    : config_(config),
      parameters_(parameters),
      first_moment_(torch::zeros_like(parameters.values)) {
  if (config.name == "sgd") return;
  if (config.name == "muon") adam_begin_ = parameters.matrices.back().offset;
  second_moment_ = torch::zeros_like(
      parameters.values.narrow(0, adam_begin_, parameters.values.numel() - adam_begin_));
}

void Optimizer::step(double factor, std::int64_t step) {
  const torch::NoGradGuard no_grad;
  const double learning_rate = factor * config_.learning_rate;
  if (config_.name == "muon") {
    const auto& matrices = parameters_.matrices;
    for (std::size_t i = 0; i + 1 < matrices.size(); ++i) step_muon(matrices[i], learning_rate);
    step_adam(factor * config_.adam_learning_rate, step);
    return;
  }
  if (config_.weight_decay > 0) decay_weights(learning_rate);
  if (config_.name == "sgd") {
    step_sgd(learning_rate);
  } else {
    step_adam(learning_rate, step);
  }
}

void Optimizer::decay_weights(double learning_rate) {
  torch::Tensor weights = parameters_.values.narrow(0, 0, parameters_.decayed);
  if (config_.name == "adamw") {
    weights.mul_(1 - learning_rate * config_.weight_decay);
  } else {
    parameters_.gradients.narrow(0, 0, parameters_.decayed).add_(weights, config_.weight_decay);
  }
}

void Optimizer::step_sgd(double learning_rate) {
  const torch::Tensor& gradients = parameters_.gradients;
  first_moment_.mul_(config_.momentum).add_(gradients);
  parameters_.values.add_(gradients, -learning_rate)
      .add_(first_moment_, -learning_rate * config_.momentum);
}

void Optimizer::step_adam(double learning_rate, std::int64_t step) {
  const auto updated = [this](const torch::Tensor& flat) {
    return flat.narrow(0, adam_begin_, flat.numel() - adam_begin_);
  };
  const torch::Tensor gradients = updated(parameters_.gradients);
  torch::Tensor first_moment = updated(first_moment_);
  const auto count = static_cast<double>(step) + 1;
  const double correction1 = 1 - std::pow(config_.beta1, count);
  const double correction2 = 1 - std::pow(config_.beta2, count);
  first_moment.lerp_(gradients, 1 - config_.beta1);
  second_moment_.mul_(config_.beta2).addcmul_(gradients, gradients, 1 - config_.beta2);
  const torch::Tensor denominator =
      second_moment_.sqrt().div_(std::sqrt(correction2)).add_(config_.epsilon);
  updated(parameters_.values).addcdiv_(first_moment, denominator, -learning_rate / correction1);
}

void Optimizer::step_muon(const FlatParameters::Matrix& matrix, double learning_rate) {
  const torch::Tensor gradient = matrix.of(parameters_.gradients);
  const torch::Tensor momentum = matrix.of(first_moment_).mul_(config_.momentum).add_(gradient);
  const torch::Tensor along = torch::add(gradient, momentum, config_.momentum);
  const std::int64_t steps = config_.newton_schulz_steps;
  const torch::Tensor update = matrix.rows <= matrix.columns ? orthogonalized(along, steps)
                                                             : orthogonalized(along.t(), steps).t();
  torch::Tensor weights = matrix.of(parameters_.values);
  weights.mul_(std::sqrt(static_cast<double>(matrix.rows)) / weights.norm())
      .sub_(update, learning_rate);
}

std::map<std::string, torch::Tensor> Optimizer::state() {
  std::map<std::string, torch::Tensor> state = {{"optimizer.first_moment", first_moment_}};
  if (second_moment_.defined()) state["optimizer.second_moment"] = second_moment_;
  return state;
}

}  // namespace mnist
