#include "predict/inputs.h"

#include <algorithm>

#include "mnist/base/error.h"

namespace mnist::app::predict {

namespace fs = std::filesystem;

Inputs::Inputs(const Flags& flags, std::istream& standard_input) : flags_(flags) {
  if (flags.files_from == "-") {
    list_ = &standard_input;
  } else if (!flags.files_from.empty()) {
    list_file_.open(flags.files_from);
    if (!list_file_) throw Error(ErrorKind::kIo, "cannot be read", flags.files_from);
    list_ = &list_file_;
  }
}

std::optional<std::string> Inputs::next() {
  while (true) {
    if (!folder_files_.empty()) {
      std::string file = std::move(folder_files_.back());
      folder_files_.pop_back();
      return file;
    }
    std::optional<std::string> path = next_named();
    if (!path || !flags_.recursive || !fs::is_directory(*path)) return path;
    open_folder(*path);
  }
}

std::optional<std::string> Inputs::next_named() {
  if (argument_ < flags_.paths.size()) return flags_.paths[argument_++];
  const char separator = flags_.null_separated ? '\0' : '\n';
  for (std::string path; list_ != nullptr && std::getline(*list_, path, separator);) {
    if (!path.empty()) return path;
  }
  return std::nullopt;
}

void Inputs::open_folder(const std::string& folder) {
  std::error_code failure;
  for (fs::recursive_directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->is_regular_file()) folder_files_.push_back(entry->path().string());
  }
  if (failure) throw Error(ErrorKind::kIo, "cannot read the folder: " + failure.message(), folder);
  std::sort(folder_files_.rbegin(), folder_files_.rend());
}

}  // namespace mnist::app::predict
