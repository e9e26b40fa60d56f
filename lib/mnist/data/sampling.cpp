#include "mnist/data/sampling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/digit/digit.h"

namespace mnist {
namespace {

// Streams of mix_seed, so the split and the epochs never share random numbers.
constexpr std::uint64_t kSplitStream = 0x5b11'7000'0000'0000ULL;
constexpr std::uint64_t kOrderStream = 0x0e0c'4000'0000'0000ULL;
constexpr std::uint64_t kWeightStream = 0x3e19'4700'0000'0000ULL;

void shuffle(std::span<std::int64_t> rows, std::mt19937_64& engine) {
  for (std::size_t i = rows.size(); i > 1; --i) {
    std::swap(rows[i - 1], rows[uniform_below(engine, i)]);
  }
}

torch::Tensor row_tensor(const std::vector<std::int64_t>& rows) {
  return torch::tensor(rows, torch::kInt64);
}

// How many of each class to hold out: proportional shares rounded down, and the rest to the classes
// with the largest remainders.
std::array<std::int64_t, kClasses> validation_shares(
    const std::array<std::vector<std::int64_t>, kClasses>& rows_of, std::int64_t validation,
    std::int64_t total) {
  std::array<std::int64_t, kClasses> shares{};
  std::array<std::int64_t, kClasses> remainders{};
  std::int64_t left = validation;
  for (int c = 0; c < kClasses; ++c) {
    const std::int64_t exact = static_cast<std::int64_t>(rows_of[c].size()) * validation;
    shares[c] = exact / total;
    remainders[c] = exact % total;
    left -= shares[c];
  }
  std::array<int, kClasses> by_remainder{};
  std::iota(by_remainder.begin(), by_remainder.end(), 0);
  std::stable_sort(by_remainder.begin(), by_remainder.end(),
                   [&](int a, int b) { return remainders[a] > remainders[b]; });
  for (std::int64_t i = 0; i < left; ++i) ++shares[by_remainder[i]];
  return shares;
}

}  // namespace

DataSplit stratified_split(const torch::Tensor& labels, std::int64_t validation,
                           std::uint64_t seed) {
  const std::int64_t total = labels.size(0);
  if (validation < 0 || validation >= total) {
    throw Error(ErrorKind::kUsage, "a validation split of " + std::to_string(validation) +
                                       " leaves none of the " + std::to_string(total) +
                                       " images to train on");
  }
  std::array<std::vector<std::int64_t>, kClasses> rows_of;
  const std::int64_t* label = labels.data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < total; ++row) rows_of[label[row]].push_back(row);

  const auto shares = validation_shares(rows_of, validation, total);
  std::mt19937_64 engine(mix_seed(seed, kSplitStream));
  std::vector<std::int64_t> training;
  std::vector<std::int64_t> held_out;
  for (int c = 0; c < kClasses; ++c) {
    shuffle(rows_of[c], engine);
    held_out.insert(held_out.end(), rows_of[c].begin(), rows_of[c].begin() + shares[c]);
    training.insert(training.end(), rows_of[c].begin() + shares[c], rows_of[c].end());
  }
  std::sort(training.begin(), training.end());
  std::sort(held_out.begin(), held_out.end());
  return {row_tensor(training), row_tensor(held_out)};
}

torch::Tensor repeated(const torch::Tensor& rows, double weight, std::uint64_t seed) {
  const double whole = std::floor(weight);
  const std::int64_t count = rows.size(0);
  const auto rest =
      static_cast<std::int64_t>(std::llround((weight - whole) * static_cast<double>(count)));
  std::vector<torch::Tensor> parts(static_cast<std::size_t>(whole), rows);
  if (rest > 0) {
    std::mt19937_64 engine(mix_seed(seed, kWeightStream));
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    shuffle(order, engine);
    order.resize(static_cast<std::size_t>(rest));
    std::sort(order.begin(), order.end());
    parts.push_back(rows.index_select(0, row_tensor(order)));
  }
  if (parts.empty() && count > 0) {
    throw Error(ErrorKind::kUsage,
                "nothing is left of " + std::to_string(count) + " images with so small a weight");
  }
  return parts.empty() ? rows : torch::cat(parts);
}

torch::Tensor epoch_order(std::int64_t count, std::uint64_t seed, std::int64_t epoch) {
  std::vector<std::int64_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0);
  std::mt19937_64 engine(mix_seed(seed, kOrderStream + static_cast<std::uint64_t>(epoch)));
  shuffle(rows, engine);
  return row_tensor(rows);
}

}  // namespace mnist
