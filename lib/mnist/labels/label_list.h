// The labels that people give to pictures one after the other, kept in a list that training and
// evaluation take (labelled_files.h).
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
  std::optional<Box> box{};  // where in the picture; nothing if it is what the picture shows
  friend bool operator==(const PlaceLabel&, const PlaceLabel&) = default;
};

// The list "labels.jsonl" of a folder. Whatever ends the program, the file holds what set() last
// wrote, or what it is writing. Thread-safe.
class LabelList {
 public:
  // Reads the list, if there is one, and keeps other processes from the folder's. Throws Error: kIo
  // if there is no such folder or another process holds it, and what labelled_files() throws for a
  // list with a bad line.
  explicit LabelList(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path file() const { return folder_ / "labels.jsonl"; }

  // What is said of the picture `name`, a path below the folder, in UTF-8.
  std::vector<PlaceLabel> labels(const std::string& name) const;
  // What is said of any, by name.
  std::map<std::string, std::vector<PlaceLabel>> all() const;
  // Pictures of which something is said.
  std::size_t pictures() const;

  // Replaces what is said of `name`; no labels: nothing is said of it any more. Lines about other
  // pictures stay as they were when this was constructed, whoever wrote them. It is on the disk
  // when this returns. Throws Error, and then nothing has changed: kUsage if `name` is not UTF-8,
  // kCorrupt for a label or box that labelled_files() would refuse, kIo if it cannot be written or
  // would be larger than kMaxListBytes.
  void set(const std::string& name, const std::vector<PlaceLabel>& labels);

 private:
  struct Line {
    std::string text;  // as it stands in the file
    std::string name;
    PlaceLabel label;
  };

  std::filesystem::path folder_;
  FolderLock lock_;
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace mnist
