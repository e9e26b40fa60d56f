#include "eval/labelled_pictures.h"

#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

#include "mnist/base/error.h"
#include "mnist/data/labelled_files.h"

#include "eval/labelled_folder.h"

namespace mnist::app::eval {

LabelledPictures load_labelled_pictures(const std::filesystem::path& folder, const Finder& finder) {
  const LabelledFiles files = labelled_files(folder);
  LabelledPictures pictures;
  for (const LabelledFile& file : files.files) {
    std::optional<Page> page = find_in(file.path, finder);
    if (!page) {
      pictures.any_failed = true;
      continue;
    }
    pictures.pages.push_back(std::move(*page));
    pictures.labels.push_back(file.label);
    pictures.names.push_back(file.name);
    pictures.sources.push_back(file.source);
  }
  if (files.unlabelled > 0) {
    spdlog::info("skipped {} file{} without a label", files.unlabelled,
                 files.unlabelled == 1 ? "" : "s");
  }
  if (pictures.labels.empty()) {
    throw Error(ErrorKind::kIo, "none of its pictures could be read", folder.string());
  }
  return pictures;
}

}  // namespace mnist::app::eval
