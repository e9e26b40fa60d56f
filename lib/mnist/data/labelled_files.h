// Pictures with their labels: a folder of them, or a list. Thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mnist {

struct LabelledFile {
  std::filesystem::path path;
  int label = 0;     // 0 to 9
  std::string name;  // below the folder, or as the list gives it
  // What stands before the first "__" of its file name, e.g. who took it; empty for other names.
  std::string source;
};

struct LabelledFiles {
  std::vector<LabelledFile> files;
  std::size_t unlabelled = 0;  // of a folder: passed over
};

// Of a folder: every file below it, in name order, that lies in a folder "0" to "9" ("3/a.png") or
// has "label<d>" in its name ("a_label3.png"); names that begin with a dot are passed over. Of a
// file *.csv: lines of path and label, below a header that names the columns `path` and `label`, if
// there is one; of a file *.jsonl: an object with `path` and `label` on each line. Paths of a list
// are relative to its folder. Throws Error: kIo if it cannot be read or no file is labelled,
// kCorrupt for a bad line, kUnsupported for another file or a list of more than 256 MiB.
LabelledFiles labelled_files(const std::filesystem::path& folder_or_list);

// Every file below `folder`, in name order, but for files and folders whose names begin with a dot.
// Throws Error{kIo}.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

// LabelledFile::source of a file.
std::string source_of(const std::filesystem::path& file);

}  // namespace mnist
