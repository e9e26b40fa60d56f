// Labelled digits of any form, in memory.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mnist/data/digit_set.h"
#include "mnist/data/image_form.h"
#include "mnist/read/finder.h"

namespace mnist::app::data {

struct NamedDigits {
  DigitSet digits;
  std::vector<std::string> names;    // one per digit: the picture's path, or <file>#<number from 0>
  std::vector<std::string> remarks;  // pictures that were left out, one line each

  // The rows `rows` (int64 [M]).
  NamedDigits subset(const torch::Tensor& rows) const;
};

// Reads sources one after another; the page network is loaded once, when a picture needs it.
class SourceReader {
 public:
  using OnPicture = std::function<void(std::size_t done, std::size_t total)>;

  // `labels`: of IDX images; empty for the file beside them. `form`: of these, and of CSVs of
  // pixels. `page_model`: the file.
  SourceReader(std::string labels, ImageForm form,
               std::function<std::filesystem::path()> page_model, OnPicture on_picture);

  // Throws what reading it throws, and Error{kUsage} for a folder of IDX files, {kCorrupt} if no
  // picture can be used.
  NamedDigits read(const std::string& source);

 private:
  NamedDigits read_pictures(const std::string& source);

  std::string labels_;
  ImageForm form_;
  std::function<std::filesystem::path()> page_model_;
  OnPicture on_picture_;
  std::optional<Finder> finder_;
};

// All of `sets`, in order.
NamedDigits joined(std::vector<NamedDigits> sets);

}  // namespace mnist::app::data
