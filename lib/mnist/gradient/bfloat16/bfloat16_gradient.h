// The gradient of a classifier in bfloat16 on the CPU, without autograd: several threads run the
// kernels of kernels.h on FlatParameters. Parameters, their gradients, sums and normalisation stay
// float32.
//
// Bit for bit the same for any number of threads. Internal to lib/mnist/gradient. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <torch/types.h>

#include "mnist/gradient/bfloat16/kernels.h"
#include "mnist/gradient/loss.h"
#include "mnist/model/classifier.h"
#include "mnist/parallel/crew.h"

namespace mnist {

class Bfloat16Gradient {
 public:
  // Consecutive convolutions, each with batch normalisation, ReLU and optional pooling, then a
  // linear head with or without a hidden layer; channels and hidden layer multiples of 16, fewer
  // than 2^28 parameters.
  static bool supports(const LayerList& layers, torch::Device device);

  // Whether this processor multiplies bfloat16 natively: only then is it faster than float32.
  static bool native();

  // The network's parameters, their gradients and its running statistics are read and written in
  // place: the network must live as long, and its gradients must be defined. `threads` includes the
  // calling one. Requires supports(network.layers, kCPU).
  Bfloat16Gradient(const ClassifierImpl& network, int threads,
                   const bfloat16::Kernels& kernels = *bfloat16::available_kernels().front());
  ~Bfloat16Gradient();

  // Writes the 28x28 inks in [0,1] of place `i` of the batch. Called from several threads.
  using ReadInk = std::function<void(std::int64_t i, float* ink)>;

  // Sums over all processes that share the batch, in place.
  using SumOverProcesses = std::function<void(std::span<double>)>;

  struct Batch {
    std::span<const std::int64_t> labels;  // 0 to 9, or kOutlierLabel
    ReadInk read_ink;
    std::uint64_t dropout_seed = 0;  // of this batch
    std::uint64_t first_place = 0;   // of this process's share in the whole batch, for dropout
    std::int64_t whole_size = 0;     // images of the whole batch; 0: as many as `labels`
    SumOverProcesses sum_over_processes = nullptr;  // nothing for a single process
  };

  // Overwrites the parameters' gradients with those of the mean loss over the batch (with several
  // processes: of this process's part of that mean, so the gradients add up to the whole), and
  // updates the running statistics of batch normalisation. Returns the sum of the images' losses.
  double compute(const Batch& batch, const LossOptions& options);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mnist
