// Batch normalisation over a batch whose images are spread over several processes: the statistics
// are those of the whole batch, not of each process's share, so the result equals that of one
// process up to rounding (like torch.nn.SyncBatchNorm, but on any device). Not thread-safe.
#pragma once

#include <torch/nn/modules/batchnorm.h>

#include "mnist/parallel/communicator.h"

namespace mnist {

// x: this rank's images, float [N,C,H,W], N may be 0 -> the same shape, normalised, scaled and
// shifted; for training, so `norm`'s running statistics are updated, on every rank to the same.
// One message each way: 2 C + 1 float64 forward, 2 C backward. The loss must be the rank's part of
// a sum over the ranks. The gradients of weight and bias are this rank's part, for the sum over the
// ranks that all gradients need. `communicator` must live until the backward pass is done.
torch::Tensor shared_batch_norm(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x,
                                Communicator& communicator);

}  // namespace mnist
