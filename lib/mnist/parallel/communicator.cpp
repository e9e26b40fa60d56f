#include "mnist/parallel/communicator.h"

#include <algorithm>

#include <torch/utils.h>

namespace mnist {

Share share_of(std::int64_t whole, const Communicator* communicator) {
  if (communicator == nullptr) return {0, whole};
  const std::int64_t begin = whole * communicator->rank() / communicator->size();
  return {begin, whole * (communicator->rank() + 1) / communicator->size() - begin};
}

std::string broadcast_text(Communicator& communicator, const std::string& text) {
  const torch::Tensor length = torch::tensor({static_cast<std::int64_t>(text.size())});
  communicator.broadcast(length);
  const torch::Tensor bytes = torch::zeros({length.item<std::int64_t>()}, torch::kUInt8);
  auto* data = reinterpret_cast<char*>(bytes.data_ptr<std::uint8_t>());
  if (communicator.rank() == 0) std::copy(text.begin(), text.end(), data);
  communicator.broadcast(bytes);
  return {data, static_cast<std::size_t>(bytes.numel())};
}

}  // namespace mnist
