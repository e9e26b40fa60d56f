// Configs of mnist-train: what is read says itself completely, and reads the same again.
#include <string_view>

#include <nlohmann/json.hpp>

#include "mnist/bytes/json_document.h"
#include "mnist/train/config.h"

#include "fuzz.h"

using mnist::JsonDocument;
using mnist::RunConfig;
using mnist::fuzz::accepted;
using mnist::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto config =
          accepted([&] { return RunConfig::read(JsonDocument::parse(text, "config.json")); })) {
    const nlohmann::json whole = config->to_json();
    require(RunConfig::read(JsonDocument::parse(whole.dump(), "again")).to_json() == whole);
  }
  return 0;
}
