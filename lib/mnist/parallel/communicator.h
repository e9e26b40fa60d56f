// Several processes that train one network together, each on its share of every batch: what the
// trainer and the gradient engines know about the others. process_group.h makes one over c10d;
// without one, the run has one process.
//
// Every rank calls the same functions in the same order, with tensors of the same shape and type.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include <torch/types.h>

namespace mnist {

class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;  // 0 … size() - 1
  virtual int size() const = 0;

  // Overwrites a contiguous tensor with the sum of all ranks' tensors, which has the same bits on
  // every rank. Throws Error{kIo} in bounded time if another rank is gone or does not answer.
  virtual void all_reduce_sum(const torch::Tensor& tensor) = 0;

  // Overwrites a contiguous tensor with rank 0's. Throws like all_reduce_sum.
  virtual void broadcast(const torch::Tensor& tensor) = 0;
};

// A contiguous piece of something that is divided among processes.
struct Share {
  std::int64_t begin = 0;
  std::int64_t size = 0;
};

// This rank's piece of `whole`. Sizes differ by at most one, and are 0 for some if there is less
// than one for each. `communicator` may be null: then it is everything.
Share share_of(std::int64_t whole, const Communicator* communicator);

// Rank 0's text, on every rank. Throws like all_reduce_sum.
std::string broadcast_text(Communicator& communicator, const std::string& text);

}  // namespace mnist
