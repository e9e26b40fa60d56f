// Random numbers that are the same on every machine, compiler and standard library: the engine is
// std::mt19937_64, whose output the standard fixes; the distributions are ours, since the standard
// leaves them to the library.
#pragma once

#include <cstdint>
#include <random>

namespace mnist {

// Mixes numbers (a seed, an epoch, a row, …) into the seed of an independent stream: SplitMix64's
// finaliser (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
constexpr std::uint64_t mix_seed(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL * (stream + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// Uniform in [0, bound) for bound > 0, without the bias of a plain remainder.
inline std::uint64_t uniform_below(std::mt19937_64& engine, std::uint64_t bound) {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = engine();
  while (value >= limit) value = engine();
  return value % bound;
}

}  // namespace mnist
