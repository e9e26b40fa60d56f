// The form of the page network's input and maps: what training, the module and the reader must
// agree on. Does not use Torch.
#pragma once

#include "mnist/draw/page.h"

namespace mnist {

inline constexpr int kPageCell = 4;  // pixels to a side of a cell
inline constexpr int kCellPixels = kPageCell * kPageCell;
inline constexpr int kPageClasses = kMarkKinds + 1;  // draw/page.h's marks, then "unreadable"
inline constexpr int kUnreadableClass = kMarkKinds;
inline constexpr int kPageMaps = kPageClasses + 2 + 2 + 2;  // and small, other; sizes, ways
inline constexpr double kPageUnit = 16;         // pixels: the unit of sizes and ways to centres
inline constexpr int kContrastReach = 5;        // cells on every side: contrast is local
inline constexpr double kLeastContrast = 0.02;  // below it is noise, or nothing

}  // namespace mnist
