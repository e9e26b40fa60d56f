#include "mnist/base/available_memory.h"

#include <algorithm>
#include <sstream>
#include <string>

#include <unistd.h>

#include "mnist/base/cgroup.h"

namespace mnist {

std::uint64_t available_memory() {
  std::uint64_t memory = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                         static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  // Bytes, or "max"; in version 1 a huge number means that there is no limit.
  for_each_cgroup_limit({"memory", "memory.max", "memory.limit_in_bytes"},
                        [&](const std::string& line) {
                          std::uint64_t bytes = 0;
                          if (std::istringstream(line) >> bytes) memory = std::min(memory, bytes);
                        });
  return memory;
}

}  // namespace mnist
