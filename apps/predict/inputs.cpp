#include "predict/inputs.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <system_error>

#include "mnist/base/error.h"

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

}  // namespace

Inputs::Inputs(const Flags& flags, std::istream& standard_input) : flags_(flags) {
  if (flags.files_from == "-") {
    list_ = &standard_input;
  } else if (!flags.files_from.empty()) {
    list_file_.open(flags.files_from);
    if (!list_file_ || is_folder(flags.files_from)) {
      throw Error(ErrorKind::kIo, "cannot be read as a list of paths", flags.files_from);
    }
    list_ = &list_file_;
  }
}

std::optional<std::string> Inputs::next() {
  while (true) {
    const bool inside = !entries_.empty();
    std::optional<std::string> path;
    if (inside) {
      path = entries_.back().string();
      entries_.pop_back();
    } else {
      path = next_named();
    }
    if (!path || !flags_.recursive || !is_folder(*path)) return path;
    // A link to a folder may lead back up.
    if (inside && is_link(*path)) continue;
    if (!open_folder(*path)) return path;
  }
}

std::optional<std::string> Inputs::next_named() {
  if (argument_ < flags_.paths.size()) return flags_.paths[argument_++];
  const char separator = flags_.null_separated ? '\0' : '\n';
  for (std::string path; list_ != nullptr && std::getline(*list_, path, separator);) {
    if (separator == '\n' && path.ends_with('\r')) path.pop_back();
    if (!path.empty()) return path;
  }
  return std::nullopt;
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
