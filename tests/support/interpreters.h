// Other people's programs that tests run: Python with its packages, Node with its.
#pragma once

#include <filesystem>
#include <string>

namespace mnist::testing {

// A Python 3 that can import `module`: MNIST_PYTHON, the system's own, or the first on PATH; skips
// the test (environment.h) if there is none.
std::string python_with_or_skip(const std::string& module);

// The node_modules of tests/npm that contain `package` (scripts/install-web-tests.sh); skips
// the test if it or Node is absent.
std::filesystem::path node_modules_with_or_skip(const std::string& package);

}  // namespace mnist::testing
