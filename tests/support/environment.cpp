#include "support/environment.h"

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <system_error>

#include <stdlib.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mnist::testing {
namespace {

constexpr int kSkipExitCode = 77;  // SKIP_EXIT_CODE in tests/CMakeLists.txt

fs::path pictures_root() {
  if (const char* set = std::getenv("MNIST_TEST_DATA")) return set;
  return fs::path(MNIST_SOURCE_DIR).parent_path() / "shared" / "data";
}

bool has_mnist(const fs::path& folder) {
  return fs::exists(folder / "t10k-labels-idx1-ubyte") ||
         fs::exists(folder / "t10k-labels-idx1-ubyte.gz");
}

}  // namespace

void skip(const std::string& reason) {
  std::printf("SKIPPED: %s\n", reason.c_str());
  std::fflush(stdout);
  std::_Exit(kSkipExitCode);
}

fs::path mnist_files_or_skip() {
  const char* set = std::getenv("MNIST_DATA_DIR");
  for (const fs::path& folder :
       {fs::path(set == nullptr ? "" : set), fs::path(MNIST_SOURCE_DIR) / "data" / "mnist",
        pictures_root() / "mnist"}) {
    if (!folder.empty() && has_mnist(folder)) return folder;
  }
  skip("no MNIST files here: run scripts/fetch-mnist.sh or set MNIST_DATA_DIR");
}

fs::path test_pictures_or_skip(const std::string& name) {
  const fs::path folder = pictures_root() / name;
  if (!fs::is_directory(folder)) skip("no test pictures here: set MNIST_TEST_DATA");
  return folder;
}

std::string with_failing(const std::string& calls, const std::string& how, const fs::path& path) {
  constexpr const char* kStrace = "strace -f -qq --seccomp-bpf -o /dev/null ";
  if (std::system((std::string(kStrace) + "true 2> /dev/null").c_str()) != 0) {
    skip("no strace here that may trace");
  }
  const std::string only = path.empty() ? "" : "-P '" + path.string() + "' ";
  return kStrace + only + "-e trace=" + calls + " -e inject=" + calls + ":" + how + " ";
}

std::string with_few_processes(int allowed) {
  // A user other than the superuser, whom the limit does not bind, and without other processes.
  const std::string user = geteuid() == 0 ? "setpriv --reuid=65432 --clear-groups " : "";
  if (std::system((user + "prlimit --nproc=1 true > /dev/null 2>&1").c_str()) != 0) {
    skip("no limit to a user's processes can be set here");
  }
  return user + "prlimit --nproc=" + std::to_string(allowed) + " ";
}

std::size_t entries_in(const std::filesystem::path& folder) {
  using Entries = std::filesystem::directory_iterator;
  return static_cast<std::size_t>(std::distance(Entries(folder), Entries()));
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (fs::temp_directory_path() / "mnist-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp");
  }
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace mnist::testing
