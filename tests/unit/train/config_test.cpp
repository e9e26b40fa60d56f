#include "mnist/train/config.h"

#include <string>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/json_document.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

RunConfig read(const std::string& text) {
  return RunConfig::read(JsonDocument::parse(text, "test.json"));
}

}  // namespace

TEST_CASE("a resolved config reads back as itself, whatever the optimiser and schedule",
          "[train]") {
  for (const std::string optimizer : {"sgd", "adam", "adamw", "muon"}) {
    for (const std::string schedule : {"constant", "step", "cosine", "one-cycle"}) {
      const RunConfig config = read(R"({"optimizer": {"name": ")" + optimizer +
                                    R"("}, "schedule": {"name": ")" + schedule + R"("}})");
      CHECK(read(config.to_json().dump()).to_json() == config.to_json());
    }
  }
}

TEST_CASE("a key that the chosen optimiser would ignore is an error", "[train]") {
  const auto with = [](const std::string& name, const std::string& key) {
    return R"({"optimizer": {"name": ")" + name + R"(", ")" + key + R"(": 1e-3}})";
  };
  CHECK_NOTHROW(read(with("muon", "momentum")));
  CHECK_NOTHROW(read(with("muon", "adam_learning_rate")));
  CHECK_THROWS_AS(read(with("muon", "weight_decay")), Error);
  CHECK_THROWS_AS(read(with("adamw", "adam_learning_rate")), Error);
  CHECK_THROWS_AS(read(with("adamw", "momentum")), Error);
  CHECK_THROWS_AS(read(with("sgd", "beta1")), Error);
}

}  // namespace mnist
