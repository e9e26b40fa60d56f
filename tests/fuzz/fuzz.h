// What the fuzz targets share. A target may answer an input with mnist::Error; any other exception,
// a failed require(), and anything the sanitizers see, is a finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "mnist/base/error.h"

// libFuzzer calls this, and replay_main.cpp if there is no libFuzzer.
extern "C" int LLVMFuzzerTestOneInput(  // NOLINT(readability-identifier-naming): libFuzzer's name
    const std::uint8_t* data, std::size_t size);

namespace mnist::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

// What `parse` returns, or nothing if it refuses the input properly: in one line.
template <typename Parse>
auto accepted(Parse parse) -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const Error& error) {
    require(!error.message().empty() && error.message().find('\n') == std::string::npos);
    return std::nullopt;
  }
}

}  // namespace mnist::fuzz
