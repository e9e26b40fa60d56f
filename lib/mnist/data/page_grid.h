// The page network's grid: what its maps count in. Does not use Torch.
#pragma once

#include "mnist/draw/page.h"

namespace mnist {

inline constexpr int kPageCell = 4;                  // pixels to a side of a cell
inline constexpr int kPageClasses = kMarkKinds + 1;  // draw/page.h's marks, then "unreadable"
inline constexpr int kUnreadableClass = kMarkKinds;
inline constexpr double kPageUnit = 16;  // pixels: the unit of sizes and ways to centres

}  // namespace mnist
