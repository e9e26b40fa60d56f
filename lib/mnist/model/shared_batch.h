// A batch shared by several processes, as the network sees it.
#pragma once

#include <cstdint>
#include <functional>

#include <torch/nn/modules/batchnorm.h>

namespace mnist {

// This process has the images begin … begin + N of `size`, and computes for them what one process
// with the whole batch would.
struct SharedBatch {
  std::int64_t begin = 0;
  std::int64_t size = 0;
  // Normalises with the statistics of the whole batch, instead of norm.forward(x).
  std::function<torch::Tensor(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x)> normalize;
};

// While it lives, the input of Classifier::forward on this thread is a part of `batch`. A guard,
// like torch::NoGradGuard; only for training. `batch` must live as long.
class SharedBatchGuard {
 public:
  explicit SharedBatchGuard(const SharedBatch& batch) { current_ = &batch; }
  ~SharedBatchGuard() { current_ = nullptr; }
  SharedBatchGuard(const SharedBatchGuard&) = delete;
  SharedBatchGuard& operator=(const SharedBatchGuard&) = delete;

  // Null if this process has the whole batch.
  static const SharedBatch* current() { return current_; }

 private:
  inline static thread_local const SharedBatch* current_ = nullptr;
};

// `x` normalised by `norm`: with the statistics of the whole batch, if several processes share it.
inline torch::Tensor normalized(torch::nn::BatchNorm2d norm, const torch::Tensor& x) {
  const SharedBatch* shared = SharedBatchGuard::current();
  return shared != nullptr ? shared->normalize(*norm, x) : norm->forward(x);
}

}  // namespace mnist
