#include "mnist/report/chart/ticks.h"

#include <algorithm>
#include <cmath>

#include "mnist/report/number_text.h"

namespace mnist::chart {
namespace {

// A tick that rounding puts just outside the range still belongs to it.
constexpr double kSlack = 1e-9;

// 1, 2 or 5 times a power of ten, near span / count.
double nice_step(double span, int count) {
  const double raw = span / std::max(1, count);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double fraction = raw / power;
  if (fraction < 1.5) return power;
  if (fraction < 3.5) return 2 * power;
  return fraction < 7.5 ? 5 * power : 10 * power;
}

bool is_range(double low, double high) {
  return std::isfinite(low) && std::isfinite(high) && low < high;
}

}  // namespace

std::vector<Tick> linear_ticks(double low, double high, int count, bool percent, bool whole) {
  if (!is_range(low, high)) return {};
  double step = nice_step(high - low, count);
  if (whole) step = std::max(1.0, step);
  const double shown_step = percent ? 100 * step : step;
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(shown_step) + kSlack)));
  std::vector<Tick> ticks;
  for (double k = std::ceil(low / step - kSlack); k * step <= high + kSlack * step; ++k) {
    const double value = k * step;
    ticks.push_back({value, fixed_text((percent ? 100 * value : value) + 0.0, decimals)});
  }
  return ticks;
}

std::vector<Tick> log_ticks(double low, double high) {
  if (!is_range(low, high) || low <= 0) return {};
  const bool short_range = high / low < 200;
  std::vector<Tick> ticks;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && !short_range) continue;
      const double value = factor * std::pow(10.0, exponent);
      if (value < low * (1 - kSlack) || value > high * (1 + kSlack)) continue;
      ticks.push_back({value, fixed_text(value, std::max(0, -exponent))});
    }
  }
  return ticks;
}

Range widened(Range range, int count) {
  if (!is_range(range.low, range.high)) return range;
  const double step = nice_step(range.high - range.low, count);
  return {.low = step * std::floor(range.low / step + kSlack),
          .high = step * std::ceil(range.high / step - kSlack)};
}

}  // namespace mnist::chart
