// The pictures to read, in the order they were named, one after the other: there may be millions.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "predict/flags.h"

namespace mnist::app::predict {

class Inputs {
 public:
  // `standard_input` serves --files-from - ; the picture "-" is only named here, not read.
  Inputs(const Flags& flags, std::istream& standard_input);

  // The next path, or nothing at the end. Blocks while the list of --files-from is being written.
  // Folders are opened with -r. Without it, or where they cannot be opened or hold no picture, they
  // are handed on, and reading them as a picture says why not.
  std::optional<std::string> next();

  // How many files in folders were left out, since they do not begin like a picture.
  std::size_t skipped() const { return skipped_; }

 private:
  std::optional<std::string> next_named();
  bool read_entry(std::string& path);                     // of the list
  bool open_folder(const std::filesystem::path& folder);  // false where some of it cannot be read

  const Flags& flags_;
  std::size_t argument_ = 0;
  std::istream* list_ = nullptr;
  std::ifstream list_file_;
  // What is left of the folders being read, the innermost at the end, each last entry first: memory
  // grows with the size of single folders, not of the tree.
  std::vector<std::filesystem::path> entries_;
  std::optional<std::string> barren_;  // the named folder they are from, while it shows no picture
  std::size_t skipped_ = 0;
};

}  // namespace mnist::app::predict
