// Internal: the limits set by this process's control group, as containers use them. Thread-safe.
//
// Both versions of cgroups are checked, where they are usually mounted: in version 2 one hierarchy
// under /sys/fs/cgroup, in version 1 one for each controller, /sys/fs/cgroup/<controller>. A
// group's limits also hold for the groups below it.
#pragma once

#include <functional>
#include <string>

namespace mnist {

// Where a limit is written: the controller, and its file in either version; empty if there is none.
struct CgroupLimit {
  std::string controller;
  std::string file_of_version_2;
  std::string file_of_version_1;
};

// Shows the first line of that file to `visit` for the process's group and each one above it that
// has the file.
void for_each_cgroup_limit(const CgroupLimit& limit,
                           const std::function<void(const std::string& line)>& visit);

}  // namespace mnist
