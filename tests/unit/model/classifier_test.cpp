#include "mnist/model/classifier.h"

#include <cmath>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/nn/options/batchnorm.h>

#include "mnist/base/error.h"
#include "mnist/bytes/json_document.h"

#include "support/torch_catch.h"
#include "unit/model/several_options.h"

namespace mnist {

using mnist::testing::several_classifiers;

TEST_CASE("the expected tensors are the module's own, by name and shape", "[model]") {
  for (const NetworkOptions& options : several_classifiers()) {
    Classifier network(options);
    std::map<std::string, std::vector<std::int64_t>> actual;
    for (const auto& item : network->named_parameters()) actual[item.key()] = item->sizes().vec();
    for (const auto& item : network->named_buffers()) actual[item.key()] = item->sizes().vec();
    CHECK(actual == expected_tensors(options));
  }
}

TEST_CASE("the parameter count is the module's own", "[model]") {
  for (const NetworkOptions& options : several_classifiers()) {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : Classifier(options)->parameters()) {
      count += parameter.numel();
    }
    CHECK(parameter_count(options) == count);
  }
}

TEST_CASE("a network turns ink into ten logits, whatever its options", "[model]") {
  const torch::NoGradGuard no_grad;
  for (const NetworkOptions& options : several_classifiers()) {
    Classifier network(options);
    network->eval();
    const torch::Tensor logits = network->forward(torch::rand({3, 1, 28, 28}));
    CHECK(logits.sizes() == torch::IntArrayRef({3, 10}));
    CHECK(logits.isfinite().all().item<bool>());
  }
}

TEST_CASE("multiply-adds count convolutions by the size of their output", "[model]") {
  // 10x10 positions of 32 channels from 4, 3x3 of 64 from 32, 576 to 128, 128 to 10.
  const ConvNetOptions valid{
      .channels = {32, 64}, .padding = false, .batch_norm = false, .pool_last = false};
  CHECK(multiply_adds(valid.layers()) == 100 * 32 * 4 * 9 + 9 * 64 * 32 * 9 + 576 * 128 + 128 * 10);
  CHECK(multiply_adds(ConvNetOptions{.channels = {8}, .hidden = 0}.layers()) ==
        144 * 8 * 4 * 9 + 36 * 8 * 10);
  // 5x5 kernels: 24x24 positions of 2 channels, then 20x20 of 3 from 2, 1200 to 10.
  const ConvNetOptions wide{.channels = {2, 3},
                            .kernel = 5,
                            .hidden = 0,
                            .crop = 0,
                            .space_to_depth = false,
                            .padding = false,
                            .pooling = false};
  CHECK(multiply_adds(wide.layers()) == 576 * 2 * 25 + 400 * 3 * 2 * 25 + 1200 * 10);
}

TEST_CASE("a residual block's cost is its two convolutions and a changed shortcut", "[model]") {
  // 28x28: the stem, 1 to 2 channels, and a block of 2; 14x14: a block that goes from 2 to 3.
  const ResidualOptions options{.channels = {2, 3}};
  CHECK(multiply_adds(options.layers()) ==
        784 * (2 * 9 + 2 * 2 * 2 * 9) + 196 * (2 * 3 * 9 + 3 * 3 * 9 + 2 * 3) + 3 * 10);
}

TEST_CASE("a residual block adds its input as it was before activation", "[model]") {
  const torch::NoGradGuard no_grad;
  Classifier network(ResidualOptions{.channels = {8}});
  network->eval();
  // Without what its convolutions add, the block does not change the stem's output.
  network->named_parameters()["conv1b.weight"].zero_();
  const torch::Tensor ink = torch::rand({2, 1, 28, 28});
  const auto parameters = network->named_parameters();
  const torch::Tensor stem =
      torch::conv2d((ink - kInkMean) / kInkStd, parameters["stem.weight"], {}, 1, 1);
  const double epsilon = torch::nn::BatchNormOptions(8).eps();
  const torch::Tensor mean = (stem / std::sqrt(1 + epsilon)).relu().mean({2, 3});
  const torch::Tensor expected =
      torch::linear(mean, parameters["output.weight"], parameters["output.bias"]);
  CHECK(torch::allclose(network->forward(ink), expected, 1e-4, 1e-5));
}

TEST_CASE("network options read back what they write", "[model]") {
  for (const NetworkOptions& options : several_classifiers()) {
    const JsonDocument document = JsonDocument::parse(network_json(options).dump(), "options");
    JsonObjectReader reader(document, "");
    CHECK(read_network(reader) == options);
    reader.finish();
  }
}

TEST_CASE("blocks that leave no pixel are an error", "[model]") {
  for (const char* text :
       {R"({"channels": [4, 4, 4, 4]})",
        R"({"channels": [4, 4], "convolutions": 4, "padding": false})",
        R"({"channels": [4, 4, 4, 4], "kernel": 5, "padding": false, "pooling": false})"}) {
    const JsonDocument document = JsonDocument::parse(text, "options");
    JsonObjectReader reader(document, "");
    CHECK_THROWS_AS(ConvNetOptions::read(reader), Error);
  }
}

}  // namespace mnist
