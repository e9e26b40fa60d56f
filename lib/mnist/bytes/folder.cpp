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
  fs::create_directories(path, failure);
  if (failure) {
    throw Error(ErrorKind::kIo, "cannot make the folder: " + system_reason(failure), path.string());
  }
}

void remove_unfinished_files(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kTemporaryPrefix) && name.ends_with(kTemporarySuffix)) {
      fs::remove(entry.path(), ignored);
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
