// Creates and inspects folders; a folder as the workplace of one process: locked, and cleared of
// what a killed one left. Thread-safe.
#pragma once

#include <filesystem>
#include <optional>

namespace mnist {

// Makes the folder and those above it; one that exists already is not an error. Throws Error{kIo}.
void make_folders(const std::filesystem::path& path);

// What is at `path`, or where a link there leads; file_type::not_found for nothing. Throws
// Error{kIo} if the system does not say: no permission, a name that is too long, links in a circle.
std::filesystem::file_type type_at(const std::filesystem::path& path);

// Whether there is a file or a folder at `path`, and whether there is a folder. Throws the same: to
// take "unknown" for "no" could mean reading the wrong file, or overwriting one.
bool is_there(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);

// Removes files that a killed process left half written in `folder`. Call it only if no other
// process writes there.
void remove_unfinished_files(const std::filesystem::path& folder);

// Keeps other processes out of a folder for as long as it lives, among those that ask (flock(2)).
// The system releases it however the process ends; nothing is left in the folder.
class FolderLock {
 public:
  // Nothing if another process holds it. Throws Error{kIo} if there is no such folder. On a file
  // system that cannot lock, everybody gets it.
  static std::optional<FolderLock> try_lock(const std::filesystem::path& folder);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;  // -1: moved from
};

}  // namespace mnist
