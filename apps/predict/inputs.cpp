#include "predict/inputs.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"

#include "common/names.h"

namespace mnist::app::predict {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Calls `call(failure)` again as long as signals interrupt it. Throws Error{kIo}.
template <typename Call>
auto asked(const char* what, Call call) {
  std::error_code failure;
  auto result = call(failure);
  while (failure == std::errc::interrupted) result = call(failure);
  if (failure) throw Error(ErrorKind::kIo, std::string(what) + ": " + system_reason(failure));
  return result;
}

fs::file_type type_of(const fs::path& path) {
  return asked("cannot be opened", [&](auto& failure) { return fs::status(path, failure); }).type();
}

bool is_link(const fs::path& path) {
  return asked("cannot be opened", [&](auto& failure) {
           return fs::symlink_status(path, failure);
         }).type() == fs::file_type::symlink;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  return asked("cannot read the folder", [&](auto& failure) {
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      entries.push_back(entry->path());
    }
    return entries;
  });
}

// The key in `kinds` of a skipped file.
std::string kind_of(const fs::path& path, const Inputs::Kinds& kinds) {
  constexpr std::size_t kMostKinds = 100;
  constexpr std::size_t kLongest = 12;
  std::string ending = ending_of(path);
  const bool is_known = kinds.contains(ending);
  if (ending.size() > kLongest || (!is_known && kinds.size() >= kMostKinds)) return "…";
  return ending;
}

}  // namespace

Inputs::Inputs(const Flags& flags, std::istream& standard_input) : flags_(flags) {
  if (flags.files_from == "-") {
    list_ = &standard_input;
  } else if (!flags.files_from.empty()) {
    std::error_code ignored;  // opening will tell
    const bool folder = fs::is_directory(flags.files_from, ignored);
    do {
      errno = 0;
      list_file_.open(flags.files_from);
    } while (!list_file_.is_open() && errno == EINTR);
    if (folder || !list_file_.is_open()) {
      const std::string reason = system_reason(folder ? EISDIR : errno);
      throw Error(ErrorKind::kIo, "cannot be read: " + reason, "--files-from " + flags.files_from);
    }
    list_ = &list_file_;
  }
}

std::optional<Input> Inputs::next() {
  while (true) {
    const bool inside = !entries_.empty();
    if (!inside && without_pictures_) {
      return Input{.path = *std::exchange(without_pictures_, std::nullopt),
                   .failure = "no " + std::string(kImageFormats) + " image in this folder"};
    }
    Input input;
    if (inside) {
      input.path = entries_.back().string();
      entries_.pop_back();
    } else if (auto named = next_named()) {
      input.path = std::move(*named);
    } else {
      return std::nullopt;
    }
    if (!flags_.recursive || input.path == "-") return input;
    try {
      const Look look = look_at(input.path, inside);
      if (look == Look::kOpened && !inside) without_pictures_ = input.path;
      if (look == Look::kSkipped) ++skipped_[kind_of(input.path, skipped_)];
      if (look != Look::kPicture) continue;
    } catch (const Error& error) {
      input.failure = error.message();
    }
    without_pictures_.reset();
    return input;
  }
}

Inputs::Look Inputs::look_at(const std::string& path, bool inside) {
  const fs::file_type type = type_of(path);
  if (type == fs::file_type::directory) {
    // A link to a folder may lead back up.
    if (!inside || !is_link(path)) open_folder(path);
    return Look::kOpened;
  }
  if (!inside) return Look::kPicture;
  // Reading pipes and devices may never end.
  if (type != fs::file_type::regular) return Look::kSkipped;
  return has_image_signature(read_beginning(path, kSignatureBytes)) ? Look::kPicture
                                                                    : Look::kSkipped;
}

std::optional<std::string> Inputs::next_named() {
  if (argument_ < flags_.paths.size()) return flags_.paths[argument_++];
  for (std::string path; list_ != nullptr && read_entry(path);) {
    const bool first = !std::exchange(list_begun_, true);
    if (!flags_.null_separated) {
      if (first && path.starts_with(kByteOrderMark)) path.erase(0, kByteOrderMark.size());
      if (path.ends_with('\r')) path.pop_back();
    }
    if (path == "-") path = "./-";  // in a list, the name of a file: stdin may be the list
    if (!path.empty()) return path;
  }
  return std::nullopt;
}

// False at the end of the list. Not std::getline, which takes a failure for the end, and reads a
// list without line ends as one path until memory runs out.
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
      if (c == '\0') {
        const bool utf16 = path.starts_with("\xff\xfe") || path.starts_with("\xfe\xff");
        fail(ErrorKind::kUsage,
             utf16 ? "is UTF-16: save the list as UTF-8" : "its paths end in NUL: add -0");
      }
      if (path.size() == kLongest) {
        fail(ErrorKind::kUsage, "contains a path of more than 65536 bytes");
      }
      path += std::char_traits<char>::to_char_type(c);
    }
  } catch (const std::ios_base::failure&) {
    fail(ErrorKind::kIo, "cannot be read: " + system_reason(errno));
  }
  return !path.empty();
}

void Inputs::open_folder(const fs::path& folder) {
  std::vector<fs::path> entries = entries_of(folder);
  std::sort(entries.begin(), entries.end(), std::greater<>());
  entries_.insert(entries_.end(), std::make_move_iterator(entries.begin()),
                  std::make_move_iterator(entries.end()));
}

}  // namespace mnist::app::predict
