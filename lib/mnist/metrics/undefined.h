// How every metric here expresses "undefined" (a ratio with a denominator of 0). Outputs write it
// as null (JSON) or nan (text, CSV), never as 0.
#pragma once

#include <cstdint>
#include <limits>

namespace mnist {

inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// part / whole, kUndefined if `whole` is 0.
constexpr double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? kUndefined : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace mnist
