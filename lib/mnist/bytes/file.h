// Files as bytes: bounded reading, atomic writing. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

using Bytes = std::vector<std::uint8_t>;

// The whole file. Throws Error: kIo if it cannot be read or is a directory, kUnsupported if it has
// more than `max_bytes`. Works for pipes and devices too.
Bytes read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

// A check before a whole file is read, given its first bytes, at most `most` of them, fewer only if
// it is shorter, and its size if it has one. `look` throws to refuse it.
struct FirstLook {
  std::size_t most = 0;
  std::function<void(std::span<const std::uint8_t> beginning, std::optional<std::uint64_t> size)>
      look;
};

// Like read_file, but a file that `first` refuses is not read further, and takes no memory.
Bytes read_file(const std::filesystem::path& path, std::uint64_t max_bytes, const FirstLook& first);

// Its first bytes, at most `most`, fewer only if it is shorter. Throws Error{kIo}.
Bytes read_beginning(const std::filesystem::path& path, std::size_t most);

// Everything up to the end of `stream`, called `name` in errors. Same errors as read_file.
Bytes read_stream(std::istream& stream, const std::string& name, std::uint64_t max_bytes);

enum class Written {
  kFile,    // a file holds the content now
  kInPlace  // a pipe or a device took it
};

// Replaces `path` as a whole: temporary file in the same folder, fsync, rename, fsync of the
// folder. Whatever happens (full disk, kill, power), `path` holds the old content or the new. A
// symbolic link stays, and the file it names is replaced, or created if there is none; pipes and
// devices are written to in place. Throws Error{kIo}, also if the system does not say what is at
// `path`, and leaves no temporary file.
Written write_file_atomically(const std::filesystem::path& path,
                              std::span<const std::uint8_t> bytes);
Written write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace mnist
