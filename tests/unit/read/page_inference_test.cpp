// The reader's convolutions against the network that training uses, on every instruction set that
// this machine has.
#include "mnist/read/page_inference.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>

#include "mnist/model/network_file.h"
#include "mnist/model/page_network.h"

#include "support/torch_catch.h"

namespace mnist::reading {
namespace {

// Untrained weights would leave normalisation with nothing to do.
PageNet network_of(const PageNetOptions& options) {
  torch::manual_seed(5);
  PageNet network(options);
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_of(*network)) {
    if (name.find("norm") != std::string::npos) {
      if (name.ends_with("num_batches_tracked")) continue;
      tensor.uniform_(0.5, 1.5);
    } else if (name.ends_with("bias")) {
      tensor.uniform_(-1, 1);
    }
  }
  network->eval();
  return network;
}

Level noise(int rows, int columns, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  Level level{.levels = cv::Mat1b(rows * kPageCell, columns * kPageCell)};
  std::generate(level.levels.begin(), level.levels.end(),
                [&] { return static_cast<std::uint8_t>(engine()); });
  return level;
}

// Of each cell kMaps maps, then its ink.
std::vector<float> values_of(const SeenLevel& seen) {
  std::vector<float> values;
  for (std::size_t i = 0; i < seen.cells(); ++i) {
    const auto maps = seen.cell(i);
    values.insert(values.end(), maps.begin(), maps.end());
  }
  values.insert(values.end(), seen.ink.get(),
                seen.ink.get() + seen.cells() * kPageCell * kPageCell);
  return values;
}

// The same by PageNet::forward.
std::vector<float> expected_of(PageNet& network, const Level& level) {
  const torch::InferenceMode inference;
  const cv::Mat1b& levels = level.levels;
  const PageMaps maps = network->forward(
      torch::from_blob(levels.data, {1, 1, levels.rows, levels.cols}, torch::kUInt8)
          .to(torch::kFloat32)
          .div(255));
  const torch::Tensor cells =
      torch::cat({maps.centres, maps.small, maps.other, maps.sizes, maps.ways}, 1)
          .permute({0, 2, 3, 1})
          .flatten();
  const torch::Tensor ink =
      torch::pixel_unshuffle(maps.ink, kPageCell).permute({0, 2, 3, 1}).flatten();
  const torch::Tensor all = torch::cat({cells, ink}).contiguous();
  return {all.data_ptr<float>(), all.data_ptr<float>() + all.numel()};
}

double largest_difference(const std::vector<float>& actual, const std::vector<float>& expected) {
  if (actual.size() != expected.size()) return HUGE_VAL;
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double size = std::max(1.0, std::abs(static_cast<double>(expected[i])));
    const double difference = std::abs(static_cast<double>(actual[i]) - expected[i]) / size;
    if (!std::isfinite(difference)) return HUGE_VAL;
    largest = std::max(largest, difference);
  }
  return largest;
}

}  // namespace

TEST_CASE("the reader sees what the network says, whatever its form and the level's size",
          "[read]") {
  std::string names;
  for (const Kernels* kernels : available_kernels()) names += std::string(" ") + kernels->name;
  WARN("instruction sets tried here:" << names);
  const std::pair<int, int> sizes[] = {{1, 1}, {1, 9},  {2, 3},  {3, 2},   {4, 5},  {5, 4},
                                       {6, 7}, {7, 51}, {13, 1}, {49, 14}, {10, 99}};
  for (const PageNetOptions& options : {PageNetOptions{}, PageNetOptions{8, 1, 8},
                                        PageNetOptions{24, 2, 20}, PageNetOptions{80, 1, 48}}) {
    PageNet network = network_of(options);
    for (const auto& [rows, columns] : sizes) {
      const Level level = noise(rows, columns, 7);
      const std::vector<float> expected = expected_of(network, level);
      for (const Kernels* kernels : available_kernels()) {
        INFO(kernels->name << ", " << options.channels << " channels, " << rows << " x "
                           << columns);
        const PageInference inference(options, *network, *kernels);
        CHECK(largest_difference(values_of(inference.look(level)), expected) < 1e-3);
      }
    }
  }
}

TEST_CASE("what the reader sees does not depend on the number of threads", "[read]") {
  PageNet network = network_of({});
  const int before = at::get_num_threads();
  for (const Kernels* kernels : available_kernels()) {
    const PageInference inference({}, *network, *kernels);
    at::set_num_threads(1);
    const std::vector<float> alone = values_of(inference.look(noise(61, 70, 3)));
    at::set_num_threads(3);
    const std::vector<float> together = values_of(inference.look(noise(61, 70, 3)));
    at::set_num_threads(before);
    INFO(kernels->name);
    CHECK(alone == together);
  }
}

TEST_CASE("the reader sees the same on plain paper, where contrast is rounding", "[read]") {
  PageNet network = network_of({});
  const PageInference inference({}, *network);
  for (const std::uint8_t level : {std::uint8_t{0}, std::uint8_t{90}, std::uint8_t{255}}) {
    const Level paper{.levels = cv::Mat1b(48, 40, level)};
    CHECK(largest_difference(values_of(inference.look(paper)), expected_of(network, paper)) < 2e-3);
  }
}

TEST_CASE("a value that is not a number reaches the reader's maps", "[read]") {
  for (const char* name : {"stem.weight", "norm3.running_var", "conv8.weight"}) {
    PageNet network = network_of({});
    const torch::NoGradGuard no_grad;
    state_of(*network).at(name).fill_(std::nanf(""));
    for (const Kernels* kernels : available_kernels()) {
      const std::vector<float> values =
          values_of(PageInference({}, *network, *kernels).look(noise(8, 8, 1)));
      INFO(kernels->name << ", " << name);
      CHECK(std::ranges::any_of(values, [](float value) { return std::isnan(value); }));
    }
  }
}

}  // namespace mnist::reading
