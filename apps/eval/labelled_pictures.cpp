#include "eval/labelled_pictures.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <spdlog/spdlog.h>

#include "mnist/base/error.h"
#include "mnist/labels/labelled_files.h"
#include "mnist/read/picture_files.h"

#include "common/guard.h"

namespace mnist::app::eval {
namespace {

bool is_digit(const LabelledFile& file) { return file.label != kOutlierLabel; }

// The page with only the digit in `box`, as if the picture showed nothing else.
Page with_only(Page page, const Box& box) {
  const Find* found = find_in_box(page, box);
  page.finds = found != nullptr ? std::vector<Find>{*found} : std::vector<Find>{};
  return page;
}

}  // namespace

LabelledPictures load_labelled_pictures(const std::filesystem::path& folder, const Finder& finder,
                                        const OnPicture& on_picture) {
  const LabelledFiles files = labelled_files(folder);
  std::vector<LabelledFile> digits;
  std::ranges::copy_if(files.files, std::back_inserter(digits), is_digit);
  const std::size_t others = files.files.size() - digits.size();
  std::vector<std::filesystem::path> paths;
  for (const LabelledFile& file : digits) paths.push_back(file.path);
  LabelledPictures pictures;
  std::vector<std::string> failures;
  find_in_files(paths, finder, [&](std::size_t i, const FoundPicture& found) {
    on_picture(i + 1, digits.size());
    const LabelledFile& file = digits[i];
    if (!found.page) {
      failures.push_back(file.path.string() + ": " + found.failure.reason);
      return;
    }
    pictures.pages.push_back(file.box ? with_only(*found.page, *file.box) : *found.page);
    pictures.labels.push_back(file.label);
    pictures.names.push_back(file.name);
    pictures.sources.push_back(file.source);
  });
  for (const std::string& failure : failures) print_error(failure);  // not into the bar
  pictures.any_failed = !failures.empty();
  if (files.unlabelled > 0) {
    spdlog::info("skipped {} file{} without a label", files.unlabelled,
                 files.unlabelled == 1 ? "" : "s");
  }
  if (others > 0) {
    spdlog::info("skipped {} picture{} labelled none: only digits are evaluated", others,
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
