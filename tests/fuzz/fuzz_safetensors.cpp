// safetensors: every tensor lies within the input, and what is accepted reads the same after being
// written.
#include <algorithm>
#include <span>

#include "mnist/bytes/safetensors.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

namespace {

bool same(const mnist::SafeTensors& a, const mnist::SafeTensors& b) {
  return a.metadata == b.metadata &&
         std::ranges::equal(a.tensors, b.tensors, [](const auto& left, const auto& right) {
           return left.first == right.first && left.second.type == right.second.type &&
                  left.second.shape == right.second.shape &&
                  std::ranges::equal(left.second.data, right.second.data);
         });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  if (const auto content = accepted([&] { return mnist::parse_safetensors(bytes); })) {
    const mnist::Bytes written = mnist::serialize_safetensors(*content);
    require(same(mnist::parse_safetensors(written), *content));
    require(mnist::serialize_safetensors(mnist::parse_safetensors(written)) == written);
  }
  return 0;
}
