#include "mnist/base/processors.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include <sched.h>

#include "mnist/base/cgroup.h"

namespace mnist {
namespace {

int affinity_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return CPU_COUNT(&set);
}

}  // namespace

int available_processors() {
  int processors = affinity_processors();
  // "<quota> <period>" in microseconds, or "max <period>" for no limit.
  for_each_cgroup_limit({"cpu", "cpu.max", ""}, [&](const std::string& line) {
    double quota = 0;
    double period = 0;
    if (!(std::istringstream(line) >> quota >> period) || quota <= 0 || period <= 0) return;
    // Rounded up: a quota of 1.5 processors keeps two threads busy most of the time.
    processors = std::min(processors, static_cast<int>(std::ceil(std::min(quota / period, 1e6))));
  });
  return std::max(1, processors);
}

}  // namespace mnist
