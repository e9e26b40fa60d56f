// Boxes in the order in which a person reads them. Internal to lib/mnist/read. Thread-safe.
#pragma once

#include <vector>

#include "mnist/digit/page.h"

namespace mnist::reading {

// Sorts `finds` row by row from the top, from left to right, and numbers the rows. Rows may rise or
// fall.
void put_in_order(std::vector<Find>& finds);

}  // namespace mnist::reading
