// A folder of labelled pictures -> what is found in them, through the same path as mnist-predict.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mnist/digit/page.h"
#include "mnist/read/finder.h"

#include "common/progress.h"

namespace mnist::app::eval {

struct LabelledPictures {
  std::vector<Page> pages;  // without predictions
  std::vector<int> labels;
  std::vector<std::string> names;    // of their files, below the folder
  std::vector<std::string> sources;  // LabelledFile's
  bool any_failed = false;           // a picture could not be read; it was reported and left out
};

// What labelled_files() (labels/labelled_files.h) gives for `folder`, a folder or a list; of a
// picture that is labelled in a box, what is there; without those labelled as not a digit. Throws
// what it throws, and Error{kIo} if no picture can be read.
LabelledPictures load_labelled_pictures(const std::filesystem::path& folder, const Finder& finder,
                                        const OnPicture& on_picture);

}  // namespace mnist::app::eval
