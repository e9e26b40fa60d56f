#include "eval/labelled_pictures.h"

#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

#include "mnist/base/error.h"
#include "mnist/labels/labelled_files.h"

#include "eval/labelled_folder.h"

namespace mnist::app::eval {
namespace {

// The digit that stands in `box`, as if the picture showed nothing else.
void keep_only(Page& page, const Box& box) {
  const Find* found = find_in_box(page, box);
  std::vector<Find> kept;
  if (found != nullptr) kept.push_back(*found);
  page.finds = std::move(kept);
}

}  // namespace

LabelledPictures load_labelled_pictures(const std::filesystem::path& folder, const Finder& finder) {
  const LabelledFiles files = labelled_files(folder);
  LabelledPictures pictures;
  std::size_t others = 0;
  for (const LabelledFile& file : files.files) {
    if (file.label == kOutlierLabel) {
      ++others;
      continue;
    }
    std::optional<Page> page = find_in(file.path, finder);
    if (!page) {
      pictures.any_failed = true;
      continue;
    }
    if (file.box) keep_only(*page, *file.box);
    pictures.pages.push_back(std::move(*page));
    pictures.labels.push_back(file.label);
    pictures.names.push_back(file.name);
    pictures.sources.push_back(file.source);
  }
  if (files.unlabelled > 0) {
    spdlog::info("skipped {} file{} without a label", files.unlabelled,
                 files.unlabelled == 1 ? "" : "s");
  }
  if (others > 0) {
    spdlog::info("skipped {} picture{} labelled none: this counts digits alone", others,
                 others == 1 ? "" : "s");
  }
  if (pictures.labels.empty()) {
    throw Error(ErrorKind::kIo,
                pictures.any_failed ? "none of its pictures could be read"
                                    : "none of its pictures is labelled as a digit",
                folder.string());
  }
  return pictures;
}

}  // namespace mnist::app::eval
