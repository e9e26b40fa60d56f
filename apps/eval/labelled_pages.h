// A folder of pages with known truth -> what is found on them, through the same path as
// mnist-predict.
#pragma once

#include <filesystem>
#include <vector>

#include "mnist/digit/page.h"
#include "mnist/metrics/page_reading.h"
#include "mnist/read/finder.h"

#include "common/progress.h"

namespace mnist::app::eval {

struct LabelledPages {
  std::vector<PageReading> truths;  // without what was read
  std::vector<Page> pages;          // without predictions
  bool any_failed = false;          // a page could not be read; it was reported and left out
};

// The pages that pages.jsonl in `folder` lists, as mnist-generate --pages writes it; without such a
// file, the pictures below `folder` whose names end in their text, <anything>__<text>.png: digits,
// rows joined by '-'. Throws Error{kIo} if there are none, Error{kCorrupt} for a bad line.
LabelledPages load_labelled_pages(const std::filesystem::path& folder, const Finder& finder,
                                  const OnPicture& on_picture);

}  // namespace mnist::app::eval
