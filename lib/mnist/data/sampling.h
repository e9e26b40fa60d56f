// Which rows go where: the validation split, and the order of an epoch.
//
// Both are functions of the seed (and the epoch) alone. That is what makes an interrupted run
// resumable bit for bit: no generator's state has to be stored, any epoch's order can be
// recomputed. Thread-safe.
#pragma once

#include <cstdint>

#include <torch/types.h>

namespace mnist {

struct DataSplit {
  torch::Tensor training;    // int64 row numbers, ascending
  torch::Tensor validation;  // int64 row numbers, ascending
};

// Puts `validation` rows aside so that each class keeps its share (largest-remainder rounding).
// `labels` is int64 [N] with values in [0,10). Throws Error{kUsage} unless
// 0 <= validation < N.
DataSplit stratified_split(const torch::Tensor& labels, std::int64_t validation,
                           std::uint64_t seed);

// `rows` (int64 [N]) as often as `weight` says, in order: all of them so many whole times, and for
// the fraction a seeded choice of them. Throws Error{kUsage} if none would be left of some.
torch::Tensor repeated(const torch::Tensor& rows, double weight, std::uint64_t seed);

// A permutation of 0 … count-1 as int64 [count]: the order of epoch `epoch` (Fisher-Yates).
torch::Tensor epoch_order(std::int64_t count, std::uint64_t seed, std::int64_t epoch);

}  // namespace mnist
