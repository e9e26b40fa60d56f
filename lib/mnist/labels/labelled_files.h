// Pictures with their labels: a folder of them, or a list. Thread-safe.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/digit/prediction.h"

namespace mnist {

struct LabelledFile {
  std::filesystem::path path;
  int label = 0;     // 0 to 9, or kOutlierLabel
  std::string name;  // below the folder, or as the list gives it
  // The part of its file name before the first "__", e.g. who took it; empty for other names.
  std::string source;
  std::optional<Box> box{};  // where it is in the picture, if a list says so
};

struct LabelledFiles {
  std::vector<LabelledFile> files;
  std::size_t unlabelled = 0;  // in a folder: skipped
};

// Of a folder: every file below it, in name order, that lies in a folder "0" to "9" ("3/a.png") or
// has "label<d>" in its name ("a_label3.png"); names that begin with a dot are skipped. Of a file
// *.csv: lines of path and label, below a header that names the columns `path` and `label`, if
// there is one; of a file *.jsonl: an object with `path`, `label` and perhaps `box` ([x, y, width,
// height]) on each line. Paths of a list are relative to its folder. A folder or a label "none"
// means that it is not a digit. Throws Error: kIo if it cannot be read or no file is labelled,
// kCorrupt for a bad line, kUnsupported for any other file or a list of more than kMaxListBytes.
inline constexpr std::uint64_t kMaxListBytes = 256U << 20;
LabelledFiles labelled_files(const std::filesystem::path& folder_or_list);

// "none" or "0" to "9" -> LabelledFile::label; nothing for other words.
std::optional<int> label_from(std::string_view word);
std::string to_word(int label);

// Passes every line of the text of a *.jsonl in `folder` to `take`, with its parsed content; empty
// lines are skipped. Throws Error{kCorrupt} for a bad one, with its number.
void read_labelled_lines(
    std::string_view text, const std::filesystem::path& folder,
    const std::function<void(std::string_view line, LabelledFile labelled)>& take);

// Every file below `folder`, in name order, except files and folders whose names begin with a dot.
// Throws Error{kIo}.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

// LabelledFile::source of a file.
std::string source_of(const std::filesystem::path& file);

}  // namespace mnist
