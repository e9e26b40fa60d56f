// Labelled digits of any form, in memory.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mnist/data/digit_set.h"
#include "mnist/data/image_form.h"
#include "mnist/read/finder.h"

namespace mnist::app::data {

struct NamedDigits {
  DigitSet digits{};
  std::vector<std::string> names{};  // one per digit: the picture's path, or <file>#<number from 0>
  std::vector<std::string> remarks{};  // what should be among them but is not, one line each
  std::size_t others = 0;              // files labelled as not a digit, not included
  bool any_unreadable = false;         // a picture could not be read

  // The rows `rows` (int64 [M]), without remarks.
  NamedDigits subset(const torch::Tensor& rows) const;
};

struct SourceOptions {
  std::string labels;  // file of labels of IDX images; empty for the one beside them
  ImageForm form;      // of IDX images and CSVs of pixels
  std::function<std::filesystem::path()> page_model;  // called if pictures are to be read
  std::function<void(std::size_t done, std::size_t total)> on_picture;
};

// Reads sources one after another; the page network is loaded once.
class SourceReader {
 public:
  explicit SourceReader(SourceOptions options);

  // A file of IDX images, a folder or list of labelled pictures (labels/labelled_files.h), or a CSV
  // of pixels (data/pixel_csv.h). Throws what reading it throws, and Error: kIo if it is absent,
  // kUsage for a folder of IDX files and for options that do not apply to it, kCorrupt if no
  // picture can be used.
  NamedDigits read(const std::string& source);

 private:
  NamedDigits read_pictures(const std::string& source);

  SourceOptions options_;
  std::optional<Finder> finder_;
};

// The digits of `sets` (at least one), in order, and the remarks of all of them.
NamedDigits joined(std::span<const NamedDigits> sets);

}  // namespace mnist::app::data
