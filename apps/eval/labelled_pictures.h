// A folder of labelled pictures -> what is found in them, through the same path as mnist-predict.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mnist/digit/page.h"
#include "mnist/read/finder.h"

namespace mnist::app::eval {

struct LabelledPictures {
  std::vector<Page> pages;  // without predictions
  std::vector<int> labels;
  std::vector<std::string> names;    // of their files, below the folder
  std::vector<std::string> sources;  // see source_of(); empty strings where names carry none
  bool any_failed = false;           // a picture could not be read; it was reported and left out
};

// Every file below `folder`, in name order, labelled by the sub-folder it lies in ("3/a.png") or by
// "label<d>" in its name; hidden and other files are passed over. Throws Error{kIo} when no file is
// labelled.
LabelledPictures load_labelled_pictures(const std::filesystem::path& folder, const Finder& finder);

}  // namespace mnist::app::eval
