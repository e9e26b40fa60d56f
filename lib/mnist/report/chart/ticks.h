// Where an axis is marked. Thread-safe.
#pragma once

#include <string>
#include <vector>

namespace mnist::chart {

struct Tick {
  double value = 0.0;
  std::string label{};
};

// Multiples of 1, 2 or 5 times a power of ten in [low, high], about `count` of them (P. Heckbert,
// "Nice numbers for graph labels", Graphics Gems, 1990), each with enough decimals to tell it from
// its neighbours. `percent` labels 0.25 as 25. `whole` allows no fraction. Empty unless low < high
// and both are finite.
std::vector<Tick> linear_ticks(double low, double high, int count, bool percent = false,
                               bool whole = false);

// Powers of ten in [low, high], with their multiples by 2 and 5 if the range is short. Empty unless
// 0 < low < high and both are finite.
std::vector<Tick> log_ticks(double low, double high);

// The nearest values outside [low, high] at which a linear axis of `count` marks would have one.
struct Range {
  double low = 0.0;
  double high = 1.0;
};
Range widened(Range range, int count);

}  // namespace mnist::chart
