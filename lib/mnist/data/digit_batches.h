// Batches of a set of digits to train on: its rows, varied, on the network's device. Thread-safe
// for reading.
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "mnist/data/augment_digit.h"
#include "mnist/data/digit_set.h"

namespace mnist {

class DigitBatches {
 public:
  // Batches for `device`. Each epoch's variations are functions of `seed`, epoch and row.
  DigitBatches(const DigitSet& digits, const AugmentationOptions& variations, std::uint64_t seed,
               torch::Device device);

  std::int64_t size() const { return labels_.size(0); }
  bool varied() const { return variations_.any(); }
  torch::Device device() const { return device_; }

  // rows: int64 [B] on the CPU -> float32 [B,1,28,28] in [0,1] on device(), as `epoch` varies them.
  torch::Tensor ink(const torch::Tensor& rows, std::int64_t epoch) const;
  // int64 [B] on device().
  torch::Tensor labels(const torch::Tensor& rows) const;

  // One image of ink(), without Torch: 28x28 values. Requires device() to be the CPU.
  void read_ink(std::int64_t row, std::int64_t epoch, float* ink) const;

  // All of them as bytes (uint8 [N,1,28,28], contiguous), and their labels (int64 [N]): on the CPU
  // if they are varied, else on device().
  const torch::Tensor& all_images() const { return images_; }
  const torch::Tensor& all_labels() const { return labels_; }

 private:
  AugmentationOptions variations_;
  std::uint64_t seed_;
  torch::Device device_;
  torch::Tensor images_;
  torch::Tensor labels_;
};

}  // namespace mnist
