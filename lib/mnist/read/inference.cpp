#include "mnist/read/inference.h"

#include <algorithm>

#include "mnist/data/digit_set.h"
#include "mnist/digit/digit.h"

namespace mnist {

torch::Tensor infer_logits(Classifier& network, const torch::Tensor& images, torch::Device device,
                           std::int64_t batch) {
  const torch::InferenceMode inference;
  network->eval();
  const std::int64_t count = images.size(0);
  torch::Tensor logits = torch::empty({count, kClasses});
  for (std::int64_t begin = 0; begin < count; begin += batch) {
    const std::int64_t length = std::min(batch, count - begin);
    const torch::Tensor ink = to_ink(images.narrow(0, begin, length).to(device));
    logits.narrow(0, begin, length).copy_(network->forward(ink));
  }
  return logits;
}

}  // namespace mnist
