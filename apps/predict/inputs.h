// The pictures to read, in the order they were named, one at a time: there may be millions.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "predict/flags.h"

namespace mnist::app::predict {

struct Input {
  std::string path;
  std::optional<std::string> failure;  // why it cannot be read, if already known
};

class Inputs {
 public:
  // `standard_input` is for --files-from - ; the picture "-" is only named here, not read.
  Inputs(const Flags& flags, std::istream& standard_input);

  // The next picture, or nothing at the end. Blocks while the list of --files-from is being
  // written. With -r, folders are opened, and their files checked: a file that does not begin like
  // a picture is skipped, one that cannot be checked is returned as a failure. So is a folder that
  // cannot be read, or that has no pictures.
  std::optional<Input> next();

  // How many files in folders were skipped, by their ending in lower case (".pdf"); after some
  // hundred endings, new ones count as "…".
  using Kinds = std::map<std::string, std::size_t>;
  const Kinds& skipped() const { return skipped_; }

 private:
  enum class Look { kPicture, kOpened, kSkipped };

  std::optional<std::string> next_named();
  bool read_entry(std::string& path);  // of the list
  Look look_at(const std::string& path, bool inside);
  void open_folder(const std::filesystem::path& folder);

  const Flags& flags_;
  std::size_t argument_ = 0;
  std::istream* list_ = nullptr;
  std::ifstream list_file_;
  bool list_begun_ = false;
  // What is left of the folders being read, the innermost at the end, each in reverse order: memory
  // grows with the size of single folders, not of the tree.
  std::vector<std::filesystem::path> entries_;
  std::optional<std::string>
      without_pictures_;  // the named folder they are from, until it shows a picture
  Kinds skipped_;
};

}  // namespace mnist::app::predict
