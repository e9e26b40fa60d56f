// Containers limit memory by a file of the process's cgroup: memory.max in version 2, a number or
// "max"; memory.limit_in_bytes in version 1, where a huge number says that there is no limit.
#include "mnist/base/available_memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace mnist {
namespace {

namespace fs = std::filesystem;

std::uint64_t least_limit(const fs::path& mount, fs::path group, const char* file) {
  std::uint64_t least = UINT64_MAX;
  while (true) {
    std::ifstream limit(mount / group.relative_path() / file);
    std::uint64_t bytes = 0;
    if (limit >> bytes) least = std::min(least, bytes);
    if (!group.has_relative_path()) return least;
    group = group.parent_path();
  }
}

}  // namespace

std::uint64_t available_memory() {
  std::uint64_t memory = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                         static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  // Lines of "<number>:<controllers>:<path>"; version 2 is number 0, without controllers.
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::")) {
      memory = std::min(memory, least_limit("/sys/fs/cgroup", line.substr(3), "memory.max"));
    } else if (const std::size_t at = line.find(":memory:"); at != std::string::npos) {
      memory = std::min(memory, least_limit("/sys/fs/cgroup/memory", line.substr(at + 8),
                                            "memory.limit_in_bytes"));
    }
  }
  return memory;
}

}  // namespace mnist
