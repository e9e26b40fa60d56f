// The gradient of one particular ConvNet on the CPU, several times as fast as autograd's: the
// hand-written kernels of kernels.h, put to work on FlatParameters by several threads.
//
// Equal to autograd's up to rounding, and bit for bit the same for any number of threads. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/types.h>

#include "mnist/gradient/fused/kernels.h"
#include "mnist/gradient/loss.h"
#include "mnist/model/convnet.h"
#include "mnist/parallel/crew.h"

namespace mnist {

class FusedGradient {
 public:
  // One network (kernels.h), on the CPU, without "not a digit"; images are taken as they are.
  static bool supports(const ConvNetOptions& options, const LossOptions& loss,
                       torch::Device device);

  // The network's parameters and their gradients are read and written where they are: the network
  // must live as long, and its gradients must be defined. `threads` counts the calling one.
  // Requires supports(network.options, …, kCPU).
  FusedGradient(const ConvNetImpl& network, int threads,
                const fused::Kernels& kernels = *fused::available_kernels().front());

  // Overwrites the parameters' gradients with those of the mean loss (cross-entropy) over the rows
  // `rows` (int64 [M]) of `images` (uint8 [N,1,28,28]) and `labels` (int64 [N]), all contiguous and
  // on the CPU; the loss is returned.
  double compute(const torch::Tensor& images, const torch::Tensor& labels,
                 const torch::Tensor& rows, double label_smoothing);

 private:
  struct Copy {
    torch::Tensor from;
    torch::Tensor to;
  };

  void sum_gradients(std::int64_t chunks);

  const fused::Kernels& kernels_;
  Crew crew_;
  std::unique_ptr<fused::Weights> weights_;
  std::unique_ptr<fused::TransposedWeights> transposed_;
  std::vector<std::unique_ptr<fused::Scratch>> scratch_;    // one for each thread
  std::vector<std::unique_ptr<fused::Weights>> gradients_;  // one for each chunk of the batch
  std::vector<Copy> parameters_;                            // the network's parameters to weights_
  std::vector<Copy> results_;  // gradients_[0] to the network's gradients
};

}  // namespace mnist
