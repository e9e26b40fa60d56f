// What the tests of safetensors share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "unit/bytes/bytes_testing.h"

namespace mnist::testing {

inline Bytes length_prefix(std::uint64_t length) {
  Bytes bytes;
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(length >> shift));
  }
  return bytes;
}

// A file of `header` as it is and `data_bytes` bytes 0, 1, 2, ...
inline Bytes file_of(const std::string& header, std::size_t data_bytes = 0) {
  Bytes data(data_bytes);
  for (std::size_t i = 0; i < data_bytes; ++i) data[i] = static_cast<std::uint8_t>(i);
  return joined({length_prefix(header.size()), bytes_of(header), data});
}

inline std::string entry(const std::string& dtype, const std::string& shape,
                         const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

// A file of one tensor "w".
inline Bytes file_of_entry(const std::string& entry_text, std::size_t data_bytes = 0) {
  return file_of(R"({"w":)" + entry_text + "}", data_bytes);
}

}  // namespace mnist::testing
