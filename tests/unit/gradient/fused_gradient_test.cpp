#include "mnist/gradient/fused/fused_gradient.h"

#include <vector>

#include "mnist/data/digit_set.h"
#include "mnist/gradient/flat_parameters.h"

#include "support/torch_catch.h"
#include "unit/gradient/gradient_testing.h"

namespace mnist {
namespace {

const ConvNetOptions kOptions{
    .channels = {32, 64}, .hidden = 128, .padding = false, .batch_norm = false, .pool_last = false};

constexpr double kSmoothing = 0.1;

using testing::Gradients;
using testing::gradients_of;
using testing::relative_difference;

// Before the members, whose weights are random.
struct Seeded {
  Seeded() { torch::manual_seed(3); }
};

// A network, its flat parameters and some digits to learn.
struct Bench : Seeded {
  torch::Tensor rows(std::int64_t count) const { return (torch::arange(count) * 7 + 3) % 300; }

  Gradients fused(const torch::Tensor& rows, int threads, const fused::Kernels& kernels) {
    FusedGradient gradient(*network, threads, kernels);
    parameters.gradients.fill_(77);
    loss = gradient.compute(digits.images, digits.labels, rows, kSmoothing);
    return gradients_of(network);
  }

  Gradients autograd(const torch::Tensor& rows) {
    parameters.gradients.zero_();
    const torch::Tensor mean = torch::nn::functional::cross_entropy(
        network->forward(to_ink(digits.images.index_select(0, rows))),
        digits.labels.index_select(0, rows),
        torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(kSmoothing));
    mean.backward();
    loss = mean.item<double>();
    return gradients_of(network);
  }

  DigitSet digits = generate_digit_set(300, 1);
  ConvNet network{kOptions};
  FlatParameters parameters{*network};
  double loss = 0;
};

}  // namespace

TEST_CASE("fused gradients are autograd's, whole groups of images or not", "[gradient]") {
  Bench bench;
  for (const std::int64_t count : {256, 96, 50, 3, 1}) {
    INFO(count << " images");
    const torch::Tensor rows = bench.rows(count);
    const Gradients expected = bench.autograd(rows);
    const double expected_loss = bench.loss;
    for (const fused::Kernels* kernels : fused::available_kernels()) {
      const Gradients actual = bench.fused(rows, 2, *kernels);
      CHECK(bench.loss == Approx(expected_loss).epsilon(1e-5));
      CHECK(relative_difference(actual, expected) < 1e-4);
    }
  }
}

TEST_CASE("every instruction set's fused gradients agree", "[gradient]") {
  Bench bench;
  const auto kernels = fused::available_kernels();
  const torch::Tensor rows = bench.rows(200);
  const Gradients portable = bench.fused(rows, 1, *kernels.back());
  for (const fused::Kernels* other : kernels) {
    CHECK(relative_difference(bench.fused(rows, 1, *other), portable) < 1e-5);
  }
}

TEST_CASE("the number of threads changes no bit of a fused gradient", "[gradient]") {
  Bench bench;
  const fused::Kernels& kernels = *fused::available_kernels().front();
  const torch::Tensor rows = bench.rows(300);
  const Gradients alone = bench.fused(rows, 1, kernels);
  for (const int threads : {2, 3, 8}) {
    CHECK(relative_difference(bench.fused(rows, threads, kernels), alone) == 0.0);
  }
}

TEST_CASE("fused gradients are for one network on the CPU", "[gradient]") {
  CHECK(FusedGradient::supports(kOptions, {.smoothing = 0.1}, torch::kCPU));
  CHECK_FALSE(FusedGradient::supports(kOptions, {.not_a_digit = true}, torch::kCPU));
  CHECK_FALSE(FusedGradient::supports(kOptions, {}, torch::kCUDA));
  CHECK_FALSE(FusedGradient::supports(ConvNetOptions{}, {}, torch::kCPU));
  ConvNetOptions wider = kOptions;
  wider.hidden = 256;
  CHECK_FALSE(FusedGradient::supports(wider, {}, torch::kCPU));
}

}  // namespace mnist
