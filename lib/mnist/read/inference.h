// Bytes of many digits -> logits, batch by batch.
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "mnist/model/classifier.h"

namespace mnist {

// images: uint8 [N,1,28,28], 255 is ink -> logits: float32 [N,10] on the CPU. The network is put in
// evaluation mode and left on `device`. Memory in use grows with `batch`, not with N.
torch::Tensor infer_logits(Classifier& network, const torch::Tensor& images, torch::Device device,
                           std::int64_t batch = 512);

}  // namespace mnist
