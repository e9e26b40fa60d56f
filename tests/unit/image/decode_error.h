#pragma once

#include <cstdint>
#include <span>

#include "mnist/base/error.h"
#include "mnist/image/decode.h"

#include "support/catch.h"

namespace mnist::testing {

// The error that decoding ends with; a failed check if it does not.
inline Error error_of(std::span<const std::uint8_t> bytes, const DecodeOptions& options = {}) {
  try {
    decode_image(bytes, options);
  } catch (const Error& error) {
    return error;
  }
  FAIL("decoded without an error");
  return {ErrorKind::kUsage, ""};
}

}  // namespace mnist::testing
