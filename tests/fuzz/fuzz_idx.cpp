// IDX images and labels: what is accepted must be written back byte for byte.
#include <algorithm>
#include <span>

#include "mnist/bytes/idx.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  if (const auto images = accepted([&] { return mnist::parse_idx_images(bytes); })) {
    require(std::ranges::equal(mnist::serialize_idx(*images), bytes));
  }
  if (const auto labels = accepted([&] { return mnist::parse_idx_labels(bytes); })) {
    require(std::ranges::equal(mnist::serialize_idx(*labels), bytes));
  }
  return 0;
}
