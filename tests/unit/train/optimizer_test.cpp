#include "mnist/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/torch_catch.h"

namespace mnist {
namespace {

// Only weights: torch::optim also decays biases, this project does not.
torch::nn::Sequential small_module() {
  torch::manual_seed(5);
  return torch::nn::Sequential(torch::nn::Linear(torch::nn::LinearOptions(6, 4).bias(false)),
                               torch::nn::Linear(torch::nn::LinearOptions(4, 3).bias(false)));
}

void add_gradient(torch::nn::Sequential& module, std::int64_t step) {
  torch::manual_seed(100 + step);
  module->forward(torch::randn({8, 6})).pow(2).mean().backward();
}

// How far two copies of a module are apart after a few steps, of ours and of `Reference`.
template <typename Reference, typename Options>
double distance_from_torch(const OptimizerConfig& config, const Options& options) {
  auto module = small_module();
  auto other = small_module();
  FlatParameters parameters(*module);
  Optimizer optimizer(config, parameters);
  Reference reference(other->parameters(), options);
  for (std::int64_t step = 0; step < 5; ++step) {
    parameters.gradients.zero_();
    add_gradient(module, step);
    optimizer.step(1.0, step);
    other->zero_grad();
    add_gradient(other, step);
    reference.step();
  }
  double largest = 0;
  for (std::size_t i = 0; i < module->parameters().size(); ++i) {
    const torch::Tensor difference = module->parameters()[i] - other->parameters()[i];
    largest = std::max(largest, difference.abs().max().item<double>());
  }
  return largest;
}

// Muon as its authors write it, in double precision: every iteration on the wide matrix.
torch::Tensor reference_orthogonalized(torch::Tensor x, std::int64_t steps) {
  const bool tall = x.size(0) > x.size(1);
  if (tall) x = x.t();
  x = x / x.norm();
  for (std::int64_t step = 0; step < steps; ++step) {
    const torch::Tensor a = x.mm(x.t());
    x = 3.4445 * x + (-4.7750 * a + 2.0315 * a.mm(a)).mm(x);
  }
  return tall ? x.t() : x;
}

}  // namespace

TEST_CASE("sgd steps as torch::optim::SGD with Nesterov momentum", "[train]") {
  CHECK(distance_from_torch<torch::optim::SGD>(
            {.name = "sgd", .learning_rate = 0.1, .weight_decay = 0.02, .momentum = 0.9},
            torch::optim::SGDOptions(0.1).momentum(0.9).nesterov(true).weight_decay(0.02)) < 1e-6);
}

TEST_CASE("adam steps as torch::optim::Adam", "[train]") {
  CHECK(distance_from_torch<torch::optim::Adam>(
            {.name = "adam", .learning_rate = 0.01, .weight_decay = 0.02, .beta2 = 0.99},
            torch::optim::AdamOptions(0.01).betas({0.9, 0.99}).weight_decay(0.02)) < 1e-6);
}

TEST_CASE("adamw steps as torch::optim::AdamW", "[train]") {
  CHECK(distance_from_torch<torch::optim::AdamW>(
            {.name = "adamw", .learning_rate = 0.01, .weight_decay = 0.2, .beta2 = 0.99},
            torch::optim::AdamWOptions(0.01).betas({0.9, 0.99}).weight_decay(0.2)) < 1e-6);
}

TEST_CASE("muon steps as its definition in double precision, on wide and on tall weights",
          "[train]") {
  torch::manual_seed(7);
  torch::nn::Sequential module(torch::nn::Linear(24, 8), torch::nn::Linear(8, 16),
                               torch::nn::Linear(16, 3));
  FlatParameters parameters(*module);
  const OptimizerConfig config{.name = "muon",
                               .learning_rate = 0.1,
                               .momentum = 0.8,
                               .newton_schulz_steps = 3,
                               .adam_learning_rate = 0.01};
  Optimizer optimizer(config, parameters);
  const auto all = module->parameters();
  std::vector<torch::Tensor> weights;
  std::vector<torch::Tensor> momenta;
  for (const int i : {0, 2}) {
    weights.push_back(all[i].detach().to(torch::kFloat64));
    momenta.push_back(torch::zeros_like(weights.back()));
  }
  const torch::Tensor output = all[4].detach().clone();
  for (std::int64_t step = 0; step < 4; ++step) {
    parameters.gradients.normal_();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const torch::Tensor gradient = all[2 * i].grad().to(torch::kFloat64);
      momenta[i] = momenta[i] * 0.8 + gradient;
      const torch::Tensor update = reference_orthogonalized(gradient + 0.8 * momenta[i], 3);
      const double norm = std::sqrt(static_cast<double>(weights[i].size(0)));
      weights[i] = weights[i] * (norm / weights[i].norm()) - 0.05 * update;
    }
    optimizer.step(0.5, step);
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    CHECK((all[2 * i] - weights[i]).abs().max().item<double>() < 1e-5);
  }
  // The last layer is Adam's: no entry moves by more than the sum of four rates, or nearly.
  const double moved = (all[4] - output).abs().max().item<double>();
  CHECK(moved > 0.004);
  CHECK(moved < 0.021);
}

}  // namespace mnist
