#include "mnist/model/convnet.h"

#include <map>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/bytes/json_document.h"

#include "support/torch_catch.h"
#include "unit/model/several_options.h"

namespace mnist {

using mnist::testing::several_options;

TEST_CASE("the expected tensors are the module's own, by name and shape", "[model]") {
  for (const ConvNetOptions& options : several_options()) {
    ConvNet network(options);
    std::map<std::string, std::vector<std::int64_t>> actual;
    for (const auto& item : network->named_parameters()) actual[item.key()] = item->sizes().vec();
    for (const auto& item : network->named_buffers()) actual[item.key()] = item->sizes().vec();
    CHECK(actual == expected_tensors(options));
  }
}

TEST_CASE("the parameter count is the module's own", "[model]") {
  for (const ConvNetOptions& options : several_options()) {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : ConvNet(options)->parameters()) {
      count += parameter.numel();
    }
    CHECK(parameter_count(options) == count);
  }
}

TEST_CASE("a network turns ink into ten logits, whatever its options", "[model]") {
  const torch::NoGradGuard no_grad;
  for (const ConvNetOptions& options : several_options()) {
    ConvNet network(options);
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
  CHECK(multiply_adds(valid) == 100 * 32 * 4 * 9 + 9 * 64 * 32 * 9 + 576 * 128 + 128 * 10);
  CHECK(multiply_adds({.channels = {8}, .hidden = 0}) == 144 * 8 * 4 * 9 + 36 * 8 * 10);
  // 5x5 kernels: 24x24 positions of 2 channels, then 20x20 of 3 from 2, 1200 to 10.
  const ConvNetOptions wide{.channels = {2, 3},
                            .kernel = 5,
                            .hidden = 0,
                            .crop = 0,
                            .space_to_depth = false,
                            .padding = false,
                            .pooling = false};
  CHECK(multiply_adds(wide) == 576 * 2 * 25 + 400 * 3 * 2 * 25 + 1200 * 10);
}

TEST_CASE("network options read back what they write", "[model]") {
  for (const ConvNetOptions& options : several_options()) {
    const JsonDocument document = JsonDocument::parse(options.to_json().dump(), "options");
    JsonObjectReader reader(document, "");
    CHECK(ConvNetOptions::read(reader) == options);
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
