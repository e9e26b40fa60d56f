#include "predict/inputs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <system_error>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/image/decode.h"

namespace mnist::app::predict {

namespace fs = std::filesystem;

namespace {

// What cannot be looked at is no folder: reading it as a picture says what is wrong with it.
bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_link(const fs::path& path) {
  std::error_code ignored;
  return fs::is_symlink(path, ignored);
}

// Whether what is found in a folder is known to be no picture. Pipes and devices are none: reading
// them may never end. Of what cannot be read, reading it as a picture says why not.
bool is_something_else(const fs::path& path) {
  std::error_code failure;
  const fs::file_type type = fs::status(path, failure).type();
  if (type != fs::file_type::regular) return !failure;
  std::array<char, kSignatureBytes> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  if (!file.is_open() || file.bad()) return false;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(begin.data());
  return !has_image_signature({bytes, static_cast<std::size_t>(file.gcount())});
}

}  // namespace

Inputs::Inputs(const Flags& flags, std::istream& standard_input) : flags_(flags) {
  if (flags.files_from == "-") {
    list_ = &standard_input;
  } else if (!flags.files_from.empty()) {
    const bool folder = is_folder(flags.files_from);
    list_file_.open(flags.files_from);
    if (folder || !list_file_) {
      const std::string reason = system_reason(folder ? EISDIR : errno);
      throw Error(ErrorKind::kIo, "cannot be read: " + reason, "--files-from " + flags.files_from);
    }
    list_ = &list_file_;
  }
}

std::optional<std::string> Inputs::next() {
  while (true) {
    const bool inside = !entries_.empty();
    if (!inside && barren_) return std::exchange(barren_, std::nullopt);
    std::optional<std::string> path;
    if (inside) {
      path = entries_.back().string();
      entries_.pop_back();
    } else {
      path = next_named();
    }
    if (!path || !flags_.recursive) return path;
    if (is_folder(*path)) {
      // A link to a folder may lead back up.
      if (inside && is_link(*path)) continue;
      if (open_folder(*path)) {
        if (!inside) barren_ = path;
        continue;
      }
    } else if (inside && is_something_else(*path)) {
      ++skipped_;
      continue;
    }
    barren_.reset();
    return path;
  }
}

std::optional<std::string> Inputs::next_named() {
  if (argument_ < flags_.paths.size()) return flags_.paths[argument_++];
  for (std::string path; list_ != nullptr && read_entry(path);) {
    if (!flags_.null_separated && path.ends_with('\r')) path.pop_back();
    if (path == "-") path = "./-";  // in a list, the name of a file: stdin may be the list
    if (!path.empty()) return path;
  }
  return std::nullopt;
}

// False at the end of the list. By hand: std::getline takes a failure for the end, and a list
// without ends of lines for one path as long as the memory.
bool Inputs::read_entry(std::string& path) {
  constexpr std::size_t kLongest = 65536;
  const auto fail = [&](ErrorKind kind, const std::string& message) {
    throw Error(kind, message, "--files-from " + flags_.files_from);
  };
  const char separator = flags_.null_separated ? '\0' : '\n';
  path.clear();
  try {
    for (int c = list_->rdbuf()->sbumpc(); c != std::char_traits<char>::eof();
         c = list_->rdbuf()->sbumpc()) {
      if (c == separator) return true;
      if (c == '\0') fail(ErrorKind::kUsage, "paths end in NUL there: give -0 too");
      if (path.size() == kLongest) {
        fail(ErrorKind::kUsage, "holds a path of more than 65536 bytes");
      }
      path += std::char_traits<char>::to_char_type(c);
    }
  } catch (const std::ios_base::failure&) {
    fail(ErrorKind::kIo, "cannot be read: " + system_reason(errno));
  }
  return !path.empty();
}

// What cannot be read of the folder is left to whoever reads `folder` as a picture: one folder
// among many shall not end the run.
bool Inputs::open_folder(const fs::path& folder) {
  const auto begin = static_cast<std::ptrdiff_t>(entries_.size());
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    entries_.push_back(entry->path());
  }
  std::sort(entries_.begin() + begin, entries_.end(), std::greater<>());
  return !failure;
}

}  // namespace mnist::app::predict
