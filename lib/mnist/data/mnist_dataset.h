// MNIST as a torch::data dataset, with the interface of torch::data::datasets::MNIST, so it drops
// into torch::data::make_data_loader. It improves on that one: files may be gzip-compressed and
// hold any count, every fault has its own error instead of an abort, and it keeps bytes, a quarter
// of the memory. Thread-safe for reading.
#pragma once

#include <cstddef>
#include <string>

#include <torch/data/datasets/base.h>
#include <torch/data/example.h>
#include <torch/types.h>

#include "mnist/data/digit_set.h"

namespace mnist {

class MnistDataset : public torch::data::datasets::Dataset<MnistDataset> {
 public:
  enum class Mode { kTrain, kTest };

  // Loads the two of the four files that `mode` names from the folder `root`. Throws mnist::Error.
  explicit MnistDataset(const std::string& root, Mode mode = Mode::kTrain);

  // Any labelled digits.
  explicit MnistDataset(DigitSet digits, Mode mode = Mode::kTrain);

  // data: float32 [1,28,28], ink in [0,1]; target: int64 scalar. `index` must be below size().
  torch::data::Example<> get(std::size_t index) override;

  // (torch::optional or std::optional, depending on LibTorch's version.)
  decltype(std::declval<const torch::data::datasets::Dataset<MnistDataset>&>().size()) size()
      const override;

  bool is_train() const noexcept { return mode_ == Mode::kTrain; }

  // All images, float32 [N,1,28,28] in [0,1]. Converted at each call: it takes 4 bytes a pixel.
  torch::Tensor images() const { return to_ink(digits_.images); }

  // All labels, int64 [N].
  const torch::Tensor& targets() const { return digits_.labels; }

  const DigitSet& digits() const { return digits_; }

 private:
  DigitSet digits_;
  Mode mode_;
};

}  // namespace mnist
