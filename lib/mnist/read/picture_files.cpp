#include "mnist/read/picture_files.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <vector>

#include <ATen/Parallel.h>

#include "mnist/base/error.h"

namespace mnist {
namespace {

constexpr std::size_t kAheadOfEachThread = 4;

FoundPicture found_in(const std::filesystem::path& file, const Finder& finder) {
  try {
    return {.page = find_in_file(file, finder)};
  } catch (const Error& error) {
    return {.failure = {.reason = error.message(), .may_pass = error.kind() == ErrorKind::kIo}};
  } catch (const std::exception& error) {  // out of memory, OpenCV: only this picture's
    return {.failure = {.reason = std::string("cannot be processed: ") + error.what(),
                        .may_pass = true}};
  }
}

// The first of `files`, and every later one that differs from the one before.
std::vector<std::size_t> first_named(std::span<const std::filesystem::path> files) {
  std::vector<std::size_t> firsts;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (i == 0 || files[i] != files[i - 1]) firsts.push_back(i);
  }
  return firsts;
}

}  // namespace

void find_in_files(std::span<const std::filesystem::path> files, const Finder& finder,
                   const std::function<void(std::size_t index, const FoundPicture& found)>& take) {
  const std::vector<std::size_t> firsts = first_named(files);
  const auto threads = static_cast<std::size_t>(at::get_num_threads());
  for (std::size_t begin = 0; begin < firsts.size();) {
    const std::size_t end = std::min(firsts.size(), begin + kAheadOfEachThread * threads);
    std::vector<FoundPicture> found(end - begin);
    std::atomic<std::size_t> next = begin;
    at::parallel_for(0, static_cast<std::int64_t>(threads), 1, [&](std::int64_t, std::int64_t) {
      for (std::size_t i = next++; i < end; i = next++) {
        found[i - begin] = found_in(files[firsts[i]], finder);
      }
    });
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t after = i + 1 < firsts.size() ? firsts[i + 1] : files.size();
      for (std::size_t named = firsts[i]; named < after; ++named) take(named, found[i - begin]);
    }
    begin = end;
  }
}

}  // namespace mnist
