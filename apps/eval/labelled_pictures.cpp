#include "eval/labelled_pictures.h"

#include <algorithm>
#include <optional>
#include <regex>
#include <system_error>

#include <spdlog/spdlog.h>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"

#include "common/guard.h"

namespace mnist::app::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxFileBytes = 256ULL << 20;

std::optional<int> label_of(const fs::path& file) {
  static const std::regex pattern("label([0-9])(?![0-9])");
  const std::string folder = file.parent_path().filename().string();
  if (folder.size() == 1 && folder[0] >= '0' && folder[0] <= '9') return folder[0] - '0';
  std::smatch match;
  const std::string name = file.filename().string();
  if (!std::regex_search(name, match, pattern)) return std::nullopt;
  return match[1].str()[0] - '0';
}

// Names such as <source>__<n>__label<d>.png carry their source before the first double underscore.
std::string source_of(const fs::path& file) {
  const std::string name = file.filename().string();
  const auto end = name.find("__");
  return end == std::string::npos ? "" : name.substr(0, end);
}

std::vector<fs::path> files_below(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw Error(ErrorKind::kIo, "no such folder", folder.string());
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::recursive_directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code unknown;  // then reading it tells
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (!hidden && (entry->is_regular_file(unknown) || unknown)) files.push_back(entry->path());
  }
  if (failure)
    throw Error(ErrorKind::kIo, "cannot read the folder: " + system_reason(failure), folder);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

LabelledPictures load_labelled_pictures(const fs::path& folder) {
  LabelledPictures pictures;
  std::size_t unlabelled = 0;
  for (const fs::path& file : files_below(folder)) {
    const std::optional<int> label = label_of(file);
    if (!label) {
      ++unlabelled;
      continue;
    }
    try {
      pictures.digits.push_back(normalize(decode_image(read_file(file, kMaxFileBytes))));
    } catch (const Error& error) {
      pictures.any_failed = true;
      print_error(error.with_path(file.string()).what());
      continue;
    }
    pictures.labels.push_back(*label);
    pictures.names.push_back(file.lexically_relative(folder).string());
    pictures.sources.push_back(source_of(file));
  }
  if (unlabelled > 0) {
    spdlog::info("skipped {} file{} without a label", unlabelled, unlabelled == 1 ? "" : "s");
  }
  if (pictures.labels.empty()) {
    throw Error(
        ErrorKind::kIo,
        "contains no labelled picture: labels are a subfolder 0 to 9, or label<d> in the name",
        folder.string());
  }
  return pictures;
}

}  // namespace mnist::app::eval
