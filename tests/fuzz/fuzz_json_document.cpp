// Configs: JSON as people write it.
#include <string_view>

#include "mnist/bytes/json_document.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto document =
          accepted([&] { return mnist::JsonDocument::parse(text, "config.json"); })) {
    require(document->root().is_object());
    for (const auto& [key, value] : document->root().items()) require(document->line_of(key) > 0);
  }
  return 0;
}
