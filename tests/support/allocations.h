// How much memory a test's program takes while something runs. Only in the programs whose sources
// include allocations.cpp, and counted there for all threads.
#pragma once

#include <cstdint>

namespace mnist::testing {

// Bytes from malloc and its relations: most that were held at once since this object was made, less
// what was held then. Always 0 under a sanitizer, which has an allocator of its own.
class AllocationPeak {
 public:
  AllocationPeak();
  std::int64_t bytes() const;

 private:
  std::int64_t before_;
};

}  // namespace mnist::testing
