// What the training loop asks of whatever computes gradients.
//
// Examples are numbers: 0 … N - 1 of an epoch. An engine is told at construction what they stand
// for, images of a set or pages drawn on demand, and what is minimised over them, along with the
// network and its FlatParameters.
#pragma once

#include <cstdint>
#include <string_view>

#include <torch/types.h>

namespace mnist {

// This process's part of a batch: all of it, or a contiguous piece if several processes share it.
struct BatchPart {
  torch::Tensor examples;         // int64 [M] on the CPU, M >= 0
  std::int64_t first = 0;         // place in the batch of the first of them
  std::int64_t batch_size = 0;    // examples of the whole batch
  std::int64_t epoch = 0;         // from 0
  std::uint64_t random_seed = 0;  // of this step, for dropout: the same on every process

  std::int64_t size() const { return examples.size(0); }
  // Its share of a mean over the batch.
  double share() const { return static_cast<double>(size()) / static_cast<double>(batch_size); }
};

// Not thread-safe. With several processes, every one has an engine of the same kind and calls it
// for its part of the same batch.
class GradientEngine {
 public:
  virtual ~GradientEngine() = default;

  // Overwrites the gradients of the FlatParameters with this part's share of the gradient of the
  // mean loss over the batch, updates the running statistics of batch normalisation to those of the
  // whole batch, and returns the part's share of that loss: a float32 scalar on the network's
  // device. The shares of all processes add up to the batch's gradient and loss.
  virtual torch::Tensor loss_and_gradient(const BatchPart& part) = 0;

  // What it multiplies: "float32" or "bfloat16".
  virtual std::string_view precision() const = 0;

  // Whether it has its own threads. Torch's threads, spinning until the next operator comes, would
  // only take processors away from these.
  virtual bool has_threads() const { return false; }
};

}  // namespace mnist
