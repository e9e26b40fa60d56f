#include "mnist/gradient/bfloat16/bfloat16_gradient.h"

#include <algorithm>
#include <array>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/data/digit_set.h"
#include "mnist/gradient/flat_parameters.h"

#include "support/torch_catch.h"
#include "unit/gradient/gradient_testing.h"

namespace mnist {
namespace {

constexpr LossOptions kLoss{.smoothing = 0.1, .not_a_digit = true};

using testing::Gradients;
using testing::gradients_of;
using testing::relative_difference;

// A network, its flat parameters and some digits to learn.
struct Bench {
  explicit Bench(const ConvNetOptions& options) : network(options), parameters(*network) {
    labels.index_fill_(0, torch::arange(0, 300, 7), kOutlierLabel);
  }

  Gradients bfloat16(std::int64_t count, int threads, const bfloat16::Kernels& kernels) {
    Bfloat16Gradient gradient(*network, threads, kernels);
    return compute(gradient, count);
  }

  Gradients compute(Bfloat16Gradient& gradient, std::int64_t count, std::uint64_t seed = 0) {
    parameters.gradients.fill_(77);
    const torch::Tensor ink = to_ink(digits.images).contiguous();
    const Bfloat16Gradient::Batch batch{
        .labels = {labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(count)},
        .read_ink =
            [&](std::int64_t i, float* to) {
              std::copy_n(ink.data_ptr<float>() + i * kDigitPixels, kDigitPixels, to);
            },
        .dropout_seed = seed};
    loss = gradient.compute(batch, kLoss) / static_cast<double>(count);
    return gradients_of(network);
  }

  Gradients autograd(std::int64_t count) {
    parameters.gradients.zero_();
    network->train();
    const torch::Tensor mean =
        classification_loss(network->forward(to_ink(digits.images.narrow(0, 0, count))),
                            labels.narrow(0, 0, count), kLoss);
    mean.backward();
    loss = mean.item<double>();
    return gradients_of(network);
  }

  // Torch's own: the network and its input in bfloat16 throughout.
  Gradients bfloat16_autograd(std::int64_t count) {
    Classifier copy(network->options);
    auto state = copy->named_parameters();
    {
      const torch::NoGradGuard no_grad;
      for (const auto& item : network->named_parameters()) state[item.key()].copy_(item.value());
    }
    copy->to(torch::kBFloat16);
    const torch::Tensor ink = to_ink(digits.images.narrow(0, 0, count)).to(torch::kBFloat16);
    classification_loss(copy->forward(ink).to(torch::kFloat32), labels.narrow(0, 0, count), kLoss)
        .backward();
    return gradients_of(copy);
  }

  DigitSet digits = generate_digit_set(300, 1);
  torch::Tensor labels = digits.labels.clone();
  Classifier network;
  FlatParameters parameters;
  double loss = 0;
};

ConvNetOptions small(std::int64_t hidden = 32) {
  return {.channels = {16, 48}, .convolutions = 2, .hidden = hidden};
}

}  // namespace

TEST_CASE("bfloat16 gradients are autograd's but for bfloat16's rounding", "[gradient]") {
  std::vector<ConvNetOptions> networks = {small(), small(0)};
  networks.push_back({.channels = {32}, .convolutions = 1, .hidden = 16, .pool_last = false});
  networks.push_back({.channels = {16, 32, 32}, .convolutions = 1, .crop = 1});
  networks.push_back({.channels = {16, 32}, .kernel = 5, .hidden = 16});
  networks.push_back({.channels = {16}, .convolutions = 2, .hidden = 0, .padding = false});
  // Sides of 12, 6, 3 and 1, less than the border; more hidden values than any layer has.
  networks.push_back(
      {.channels = {16, 16, 16, 16}, .kernel = 7, .hidden = 1024, .pool_last = false});
  networks.push_back({.channels = {16, 32, 16}, .hidden = 16, .space_to_depth = false});
  networks.push_back({.channels = {16, 32, 48},
                      .kernel = 7,
                      .hidden = 0,
                      .crop = 0,
                      .space_to_depth = false,
                      .padding = false,
                      .pooling = false});
  for (const ConvNetOptions& options : networks) {
    // The second leaves a chunk of one image.
    for (const std::int64_t count : {256, 33}) {
      INFO(options.to_json().dump() << ", " << count << " images");
      const auto kernels = bfloat16::available_kernels();
      // For a small batch, either difference may be twice the other: hence several networks.
      constexpr std::array kSeeds = {3, 4, 5, 6};
      double rounding = 0;
      std::vector<double> off(kernels.size(), 0.0);
      for (const int seed : kSeeds) {
        torch::manual_seed(seed);
        Bench bench(options);
        const Gradients expected = bench.autograd(count);
        const double expected_loss = bench.loss;
        rounding += relative_difference(bench.bfloat16_autograd(count), expected);
        for (std::size_t k = 0; k < kernels.size(); ++k) {
          off[k] += relative_difference(bench.bfloat16(count, 2, *kernels[k]), expected);
          CHECK(bench.loss == Approx(expected_loss).epsilon(0.01));
        }
      }
      // The last layer's error goes back through all layers, so the first ones are off by several
      // per cent, also in Torch's own bfloat16.
      for (const double difference : off) CHECK(difference < 1.5 * rounding);
    }
  }
}

TEST_CASE("bfloat16 gradients are the same bits for any number of threads", "[gradient]") {
  const ConvNetOptions wide{.channels = {16, 32}, .kernel = 5, .padding = false, .pooling = false};
  for (ConvNetOptions options : {small(), wide}) {
    torch::manual_seed(4);
    options.dropout = 0.3;
    Bench bench(options);
    const bfloat16::Kernels& kernels = *bfloat16::available_kernels().front();
    const Gradients one = bench.bfloat16(200, 1, kernels);
    const Gradients three = bench.bfloat16(200, 3, kernels);
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].equal(three[i]));
  }
}

TEST_CASE("bfloat16 training keeps the running statistics that autograd would", "[gradient]") {
  torch::manual_seed(5);
  Bench bench(small());
  torch::manual_seed(5);
  Bench other(small());
  bench.autograd(200);
  other.bfloat16(200, 2, *bfloat16::available_kernels().front());
  for (const auto& item : bench.network->named_buffers()) {
    const torch::Tensor actual = other.network->named_buffers()[item.key()];
    INFO(item.key());
    CHECK((actual - item.value()).to(torch::kFloat64).norm().item<double>() <=
          0.01 * item.value().to(torch::kFloat64).norm().item<double>());
  }
}

TEST_CASE("dropout in bfloat16 drops its share, by the batch's seed", "[gradient]") {
  torch::manual_seed(6);
  ConvNetOptions options = small();
  options.dropout = 0.5;
  Bench bench(options);
  Bfloat16Gradient gradient(*bench.network, 1);
  const Gradients first = bench.compute(gradient, 100, 1);
  const Gradients again = bench.compute(gradient, 100, 1);
  const Gradients other = bench.compute(gradient, 100, 2);
  CHECK(relative_difference(first, again) == 0);
  CHECK(relative_difference(first, other) > 0.1);

  // Over many draws the mean gradient is autograd's: so are share and scale.
  const auto mean_of = [](const auto& draw) {
    constexpr int kDraws = 400;
    Gradients mean = draw(0);
    for (int i = 1; i < kDraws; ++i) {
      const Gradients one = draw(i);
      for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += one[j];
    }
    for (torch::Tensor& sum : mean) sum /= kDraws;
    return mean;
  };
  options.dropout = 0.3;
  Bench dropping(options);
  Bfloat16Gradient kernels(*dropping.network, 1);
  const Gradients actual = mean_of([&](int i) { return dropping.compute(kernels, 32, i); });
  const Gradients expected = mean_of([&](int i) {
    torch::manual_seed(i);
    return dropping.autograd(32);
  });
  // Only the hidden and the last layer: further down, rounding in bfloat16 exceeds chance.
  const auto upper = [](const Gradients& all) { return Gradients(all.end() - 4, all.end()); };
  CHECK(relative_difference(upper(actual), upper(expected)) < 0.1);
}

TEST_CASE("two halves of a batch sum up to the whole's gradient", "[gradient]") {
  torch::manual_seed(7);
  Bench bench(small());
  const bfloat16::Kernels& kernels = *bfloat16::available_kernels().front();
  const Gradients whole = bench.bfloat16(256, 1, kernels);
  // Both processes' sums are the whole's if each has the same half.
  const auto doubled = [](std::span<double> sums) {
    for (double& sum : sums) sum *= 2;
  };
  const torch::Tensor ink = to_ink(bench.digits.images).contiguous();
  Bfloat16Gradient gradient(*bench.network, 1);
  const auto half = [&](std::int64_t size, std::int64_t whole_size, const auto& sum) {
    const Bfloat16Gradient::Batch batch{
        .labels = {bench.labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(size)},
        .read_ink =
            [&](std::int64_t i, float* to) {
              std::copy_n(ink.data_ptr<float>() + i % 128 * kDigitPixels, kDigitPixels, to);
            },
        .whole_size = whole_size,
        .sum_over_processes = sum};
    gradient.compute(batch, {.smoothing = 0.1});
    return gradients_of(bench.network);
  };
  bench.labels.narrow(0, 128, 128).copy_(bench.labels.narrow(0, 0, 128));
  bench.labels.clamp_max_(9);
  const Gradients twice = half(256, 256, nullptr);
  Gradients once = half(128, 256, doubled);
  for (torch::Tensor& part : once) part.mul_(2);
  CHECK(relative_difference(once, twice) < 1e-3);
}

}  // namespace mnist
