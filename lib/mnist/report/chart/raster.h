// Chart -> PNG, with cairo (https://cairographics.org). Thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "mnist/report/chart/shapes.h"

namespace mnist::chart {

// A PNG file in the drawing's light colours on their background, `scale` pixels to each of the
// drawing's units. Text is in the system's sans-serif font. Throws Error{kUnsupported} if cairo
// cannot make a picture of that size.
std::vector<std::uint8_t> draw_png(const Chart& drawing, double scale = 2.0);

}  // namespace mnist::chart
