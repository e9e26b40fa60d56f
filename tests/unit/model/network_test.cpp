#include "mnist/model/network.h"

#include <string>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/json_document.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

NetworkOptions read(const std::string& text) {
  const JsonDocument document = JsonDocument::parse(text, "test.json");
  JsonObjectReader reader(document, "");
  NetworkOptions options = read_network(reader);
  reader.finish();
  return options;
}

}  // namespace

TEST_CASE("a network is known by its name, and without one it is the classifier", "[model]") {
  const NetworkOptions unnamed = read(R"({"hidden": 64})");
  CHECK(network_name(unnamed) == "convnet");
  CHECK(std::get<ConvNetOptions>(unnamed).hidden == 64);
  CHECK(read(R"({"name": "convnet", "hidden": 64})") == unnamed);
  CHECK_THROWS_AS(read(R"({"name": "transformer"})"), Error);
  CHECK(read(network_json(unnamed).dump()) == unnamed);
}

TEST_CASE("what is known of a network by name is what its options say", "[model]") {
  const ConvNetOptions options{.channels = {4, 8}, .hidden = 16};
  const NetworkOptions network = options;
  CHECK(options_json(network) == options.to_json());
  CHECK(expected_tensors(network) == expected_tensors(options.layers()));
  CHECK(parameter_count(network) == parameter_count(options.layers()));
  CHECK(multiply_adds(network) == multiply_adds(options.layers()));
}

}  // namespace mnist
