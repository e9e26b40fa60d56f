// How much memory this process may use.
#pragma once

#include <cstdint>

namespace mnist {

// Bytes: the machine's memory or the lowest limit of this process's cgroup and those above it
// (versions 1 and 2), whichever is less. Memory used by others is not subtracted.
std::uint64_t available_memory();

}  // namespace mnist
