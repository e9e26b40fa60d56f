// Replaces libFuzzer if that is not linked: runs the target on every file in the given folders, in
// name order. A finding ends the program, and the last line names its file.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

#include "mnist/bytes/file.h"

#include "fuzz.h"

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxInputBytes = std::uint64_t{1} << 24;

std::size_t replay(const fs::path& folder) {
  std::vector<fs::path> files{fs::directory_iterator(folder), fs::directory_iterator()};
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    const mnist::Bytes input = mnist::read_file(file, kMaxInputBytes);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  return files.size();
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  try {
    for (int i = 1; i < argc; ++i) count += replay(argv[i]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  std::printf("%zu inputs replayed\n", count);
  return count == 0 ? 1 : 0;
}
