// The gradient of any loss over any network, with Torch's autograd. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <torch/types.h>

#include "mnist/gradient/flat_parameters.h"
#include "mnist/gradient/gradient_engine.h"
#include "mnist/parallel/communicator.h"

namespace mnist {

// Whether a run that asks for `precision` (float32, bfloat16, auto) computes in bfloat16. With
// "auto" it does if bfloat16 is `faster` on every process: all must compute the same. Throws what
// the communicator throws.
bool computes_in_bfloat16(const std::string& precision, bool faster, Communicator* communicator);

// Whether Torch's own operators multiply bfloat16 faster on this device: CUDA from Ampere on.
bool torch_multiplies_bfloat16(torch::Device device);

class AutogradGradient : public GradientEngine {
 public:
  // The mean loss over these examples (int64 [M] on the CPU) of `epoch`, as a float32 scalar whose
  // graph leads to the parameters. It runs the network in training mode. If bfloat16 is asked for,
  // the network computes in it meanwhile, so the loss converts its output to float32 first; if
  // processes share a batch, SharedBatchGuard is set (model/shared_batch.h).
  using MeanLoss = std::function<torch::Tensor(const torch::Tensor& examples, std::int64_t epoch)>;

  struct Options {
    torch::Device device = torch::kCPU;
    bool bfloat16 = false;
    Communicator* communicator = nullptr;  // null: one process; must outlive the engine
  };

  // `parameters`, those of the network, must outlive the engine.
  AutogradGradient(FlatParameters& parameters, const Options& options, MeanLoss mean_loss);

  torch::Tensor loss_and_gradient(const BatchPart& part) override;
  std::string_view precision() const override { return options_.bfloat16 ? "bfloat16" : "float32"; }

 private:
  torch::Tensor share_of_loss(const BatchPart& part) const;

  FlatParameters& parameters_;
  Options options_;
  MeanLoss mean_loss_;
};

}  // namespace mnist
