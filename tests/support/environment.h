// What a test may find on its machine, and a separate folder to write in.
#pragma once

#include <filesystem>
#include <string>

namespace mnist::testing {

// Ends the running test program as skipped, with `reason` printed. Only for cases with a
// [needs-...] tag: those run one to a process, and ctest knows their exit code for skips.
[[noreturn]] void skip(const std::string& reason);

// The folder with the four MNIST files (MNIST_DATA_DIR, <checkout>/data/mnist, or the folder
// "mnist" of the test data); skips the test if there is none.
std::filesystem::path mnist_files_or_skip();

// The sub-folder `name` of the test pictures (MNIST_TEST_DATA, or ../shared/data beside the
// checkout); skips the test if there is none.
std::filesystem::path test_pictures_or_skip(const std::string& name);

// The beginning of a command line that makes system calls of the program fail, in all its threads:
// `calls` as strace names them, "openat" or "%%stat"; `how`, e.g. "error=EIO:when=2+" (the count is
// each thread's own); with `path`, only those about that file. Skips the test without strace.
std::string with_failing(const std::string& calls, const std::string& how,
                         const std::filesystem::path& path = {});

// The beginning of a command line that runs a program as a user with at most `allowed` processes
// and threads. Skips the test if no such limit can be set.
std::string with_few_processes(int allowed);

// Files and folders directly in `folder`.
std::size_t entries_in(const std::filesystem::path& folder);

// A fresh empty folder, removed with everything in it at the end of the scope.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace mnist::testing
