#include "mnist/bytes/folder.h"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/retry.h"
#include "mnist/bytes/temporary_name.h"

namespace fs = std::filesystem;

namespace mnist {

void make_folders(const fs::path& path) {
  std::error_code failure;
  do {
    fs::create_directories(path, failure);
  } while (failure == std::errc::interrupted);
  if (failure) {
    throw Error(ErrorKind::kIo, "cannot make the folder: " + system_reason(failure), path.string());
  }
}

fs::file_type type_at(const fs::path& path) {
  std::error_code failure;
  fs::file_type type = fs::file_type::none;
  do {
    type = fs::status(path, failure).type();
  } while (failure == std::errc::interrupted);
  if (type == fs::file_type::none) {
    throw Error(ErrorKind::kIo, "cannot be looked up: " + system_reason(failure), path.string());
  }
  return type;
}

bool is_there(const fs::path& path) { return type_at(path) != fs::file_type::not_found; }

bool is_folder(const fs::path& path) { return type_at(path) == fs::file_type::directory; }

void remove_unfinished_files(const fs::path& folder) {
  std::error_code failure;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kTemporaryPrefix) && name.ends_with(kTemporarySuffix)) {
      fs::remove(entry->path(), ignored);
    }
  }
}

std::optional<FolderLock> FolderLock::try_lock(const fs::path& folder) {
  const int descriptor =
      retry([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) {
    throw Error(ErrorKind::kIo, "cannot be opened: " + system_reason(errno), folder.string());
  }
  FolderLock lock(descriptor);
  const int locked = retry([&] { return ::flock(descriptor, LOCK_EX | LOCK_NB); });
  if (locked != 0 && errno == EWOULDBLOCK) return std::nullopt;
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace mnist
