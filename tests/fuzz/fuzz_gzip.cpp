// gunzip: keeps to its limit, and what it accepts survives being compressed again.
#include <span>

#include "mnist/bytes/gzip.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 18;
  const std::span bytes(data, size);
  if (const auto content = accepted([&] { return mnist::gunzip(bytes, kMaxBytes); })) {
    require(content->size() <= kMaxBytes);
    require(mnist::gunzip(mnist::gzip(*content), kMaxBytes) == *content);
  }
  return 0;
}
