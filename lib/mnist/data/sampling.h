// Which rows go where: the validation split, and the order of an epoch.
//
// Both are functions only of the seed (and the epoch). So an interrupted run can resume bit for
// bit: no generator's state has to be stored, and any epoch's order can be recomputed. Thread-safe.
#pragma once

#include <cstdint>

#include <torch/types.h>

namespace mnist {

struct DataSplit {
  torch::Tensor training;    // int64 row numbers, ascending
  torch::Tensor validation;  // int64 row numbers, ascending
};

// Sets `validation` rows aside, keeping each class's share (largest-remainder rounding). `labels`
// is int64 [N] with values in [0,10). Throws Error{kUsage} unless 0 <= validation < N.
DataSplit stratified_split(const torch::Tensor& labels, std::int64_t validation,
                           std::uint64_t seed);

// `rows` (int64 [N]) `weight` times, in order: all of them for the whole part, and for the fraction
// a seeded choice of them. Throws Error{kUsage} if there are rows but none would be left.
torch::Tensor repeated(const torch::Tensor& rows, double weight, std::uint64_t seed);

// A permutation of 0 … count-1 as int64 [count]: the order of epoch `epoch` (Fisher-Yates).
torch::Tensor epoch_order(std::int64_t count, std::uint64_t seed, std::int64_t epoch);

}  // namespace mnist
