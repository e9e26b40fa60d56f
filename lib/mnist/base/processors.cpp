// Containers limit processors by quota rather than by affinity: the file cpu.max of a process's
// cgroup holds "<quota> <period>" in microseconds, or "max <period>" for no limit.
#include "mnist/base/processors.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include <sched.h>

namespace mnist {
namespace {

int affinity_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return CPU_COUNT(&set);
}

// The path of this process's cgroup: the line "0::<path>" of /proc/self/cgroup.
std::string cgroup_path() {
  std::ifstream lines("/proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "/";
}

// Rounded up: a quota of 1.5 processors keeps two threads busy most of the time.
int quota_processors(int unlimited) {
  std::ifstream file("/sys/fs/cgroup" + cgroup_path() + "/cpu.max");
  if (!file) file.open("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return unlimited;
  return static_cast<int>(std::ceil(std::atof(quota.c_str()) / period));
}

}  // namespace

int available_processors() {
  const int affinity = affinity_processors();
  return std::max(1, std::min(affinity, quota_processors(affinity)));
}

}  // namespace mnist
