#include "support/interpreters.h"

#include <cstdlib>

#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {

namespace fs = std::filesystem;

std::string python_with_or_skip(const std::string& module) {
  const char* set = std::getenv("MNIST_PYTHON");
  for (const std::string& python : {std::string(set == nullptr ? "" : set),
                                    std::string("/usr/bin/python3"), std::string("python3")}) {
    if (!python.empty() && run_shell(python + " -c 'import " + module + "'").exit_code == 0) {
      return python;
    }
  }
  skip("no Python here that can import " + module);
}

fs::path node_modules_with_or_skip(const std::string& package) {
  const fs::path modules = fs::path(MNIST_SOURCE_DIR) / "tests" / "npm" / "node_modules";
  if (run_shell("node --version").exit_code != 0) skip("no Node here");
  if (!fs::exists(modules / package)) {
    skip("no " + package + " here: run scripts/install-web-tests.sh");
  }
  return modules;
}

}  // namespace mnist::testing
