// The labels that people give to pictures one after the other, kept in a list that training and
// evaluation read (labelled_files.h).
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "mnist/bytes/folder.h"
#include "mnist/digit/prediction.h"

namespace mnist {

struct PlaceLabel {
  int label = 0;             // 0 to 9, or kOutlierLabel
  std::optional<Box> box{};  // where in the picture; nothing if it is about the whole picture
  friend bool operator==(const PlaceLabel&, const PlaceLabel&) = default;
};

// The list "labels.jsonl" of a folder. However the program ends, the file has what set() wrote
// last, or was writing. Thread-safe.
class LabelList {
 public:
  // Reads the list, if there is one, and locks the folder against other processes. Throws Error:
  // kIo if there is no such folder or another process holds it, and what labelled_files() throws
  // for a list with a bad line.
  explicit LabelList(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path file() const { return folder_ / "labels.jsonl"; }

  // The labels of the picture `name`, a path below the folder, in UTF-8.
  std::vector<PlaceLabel> labels(const std::string& name) const;
  // All labels, by name.
  std::map<std::string, std::vector<PlaceLabel>> all() const;
  // The number of labelled pictures.
  std::size_t pictures() const;

  // Replaces the labels of `name`; an empty list removes them. Lines about other pictures stay as
  // they were when this was constructed, whoever wrote them. The change is on the disk when this
  // returns. If it throws Error, nothing has changed: kUsage if `name` is not UTF-8, kCorrupt for a
  // label or box that labelled_files() would refuse, kIo if it cannot be written or would be larger
  // than kMaxListBytes.
  void set(const std::string& name, const std::vector<PlaceLabel>& labels);

 private:
  struct Line {
    std::string text;  // as in the file
    std::string name;
    PlaceLabel label;
  };

  std::filesystem::path folder_;
  FolderLock lock_;
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace mnist
