#include "eval/labelled_pictures.h"

#include <optional>
#include <regex>
#include <utility>

#include <spdlog/spdlog.h>

#include "mnist/base/error.h"

#include "eval/labelled_folder.h"

namespace mnist::app::eval {
namespace {

namespace fs = std::filesystem;

std::optional<int> label_of(const fs::path& file) {
  static const std::regex pattern("label([0-9])(?![0-9])");
  const std::string folder = file.parent_path().filename().string();
  if (folder.size() == 1 && folder[0] >= '0' && folder[0] <= '9') return folder[0] - '0';
  std::smatch match;
  const std::string name = file.filename().string();
  if (!std::regex_search(name, match, pattern)) return std::nullopt;
  return match[1].str()[0] - '0';
}

}  // namespace

LabelledPictures load_labelled_pictures(const fs::path& folder, const Finder& finder) {
  LabelledPictures pictures;
  std::size_t unlabelled = 0;
  for (const fs::path& file : files_below(folder)) {
    const std::optional<int> label = label_of(file);
    if (!label) {
      ++unlabelled;
      continue;
    }
    std::optional<Page> page = find_in(file, finder);
    if (!page) {
      pictures.any_failed = true;
      continue;
    }
    pictures.pages.push_back(std::move(*page));
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
