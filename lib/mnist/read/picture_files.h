// The pictures of many files, each read on its own thread: one network at a time would leave
// processors idle.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "mnist/read/finder.h"

namespace mnist {

struct PictureFailure {
  std::string reason;      // one line, without the file's name
  bool unreadable = true;  // not a picture, or it could not be opened or processed
  bool may_pass = false;   // out of memory, a file that cannot be opened now
};

// One of them is set.
struct FoundPicture {
  std::optional<Page> page{};
  PictureFailure failure{};
};

// Tells `take` what is found in the pictures of `files`, in their order, on the calling thread. A
// file named several times in a row is read once; `take` is told each time. Reads on Torch's
// threads, a few pictures ahead: memory for one picture and four pages of finds per thread. Passes
// on what `take` throws. Thread-safe.
void find_in_files(std::span<const std::filesystem::path> files, const Finder& finder,
                   const std::function<void(std::size_t index, const FoundPicture& found)>& take);

}  // namespace mnist
