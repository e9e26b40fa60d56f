#include "mnist/base/cgroup.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace mnist {
namespace {

namespace fs = std::filesystem;

void visit_upwards(const fs::path& mount, fs::path group, const std::string& file,
                   const std::function<void(const std::string& line)>& visit) {
  if (file.empty()) return;
  while (true) {
    std::ifstream limit(mount / group.relative_path() / file);
    if (std::string line; std::getline(limit, line)) visit(line);
    if (!group.has_relative_path()) return;
    group = group.parent_path();
  }
}

// Whether `controllers`, separated by commas, contain this one.
bool lists(const std::string& controllers, const std::string& controller) {
  return ("," + controllers + ",").find("," + controller + ",") != std::string::npos;
}

}  // namespace

void for_each_cgroup_limit(const CgroupLimit& limit,
                           const std::function<void(const std::string& line)>& visit) {
  // Lines of "<number>:<controllers>:<path>"; version 2 is number 0, without controllers.
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      visit_upwards("/sys/fs/cgroup", path, limit.file_of_version_2, visit);
    } else if (lists(controllers, limit.controller)) {
      visit_upwards("/sys/fs/cgroup/" + limit.controller, path, limit.file_of_version_1, visit);
    }
  }
}

}  // namespace mnist
