// How much memory a test program takes while something runs. Only in programs whose sources include
// allocations.cpp, and for all of their threads.
#pragma once

#include <cstdint>

namespace mnist::testing {

// Bytes from malloc and its relatives: the most held at once since this object was made, minus what
// was held then. Always 0 under a sanitizer, which has its own allocator.
class AllocationPeak {
 public:
  AllocationPeak();
  std::int64_t bytes() const;

 private:
  std::int64_t before_;
};

}  // namespace mnist::testing
