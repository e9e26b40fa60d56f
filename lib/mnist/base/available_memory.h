// How much memory this process may use.
#pragma once

#include <cstdint>

namespace mnist {

// Bytes: the machine's memory or the least limit of this process's cgroup and those above it
// (versions 1 and 2), whichever is less. What others have taken of it is not counted.
std::uint64_t available_memory();

}  // namespace mnist
