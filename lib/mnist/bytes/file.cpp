// Reading goes chunk by chunk until the end, so the bound holds for pipes, devices and files that
// grow while they are read. The size that the system reports serves only to refuse.
//
// Writing puts the bytes into a temporary file beside the target, syncs it, renames it over the
// target, and syncs the folder, without which a power cut could undo the rename. A rename replaces
// symbolic links, so they are followed first.
#include "mnist/bytes/file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/retry.h"
#include "mnist/bytes/temporary_name.h"

namespace fs = std::filesystem;

namespace mnist {
namespace {

// `what` names the step that failed; errno says why.
[[noreturn]] void throw_io(const std::string& what, const std::string& name) {
  throw Error(ErrorKind::kIo, what + ": " + system_reason(errno), name);
}

[[noreturn]] void throw_unwritable(const fs::path& path) { throw_io("cannot be written", path); }

[[noreturn]] void throw_too_long(const std::string& name, std::uint64_t max_bytes) {
  throw Error(ErrorKind::kUnsupported,
              "longer than the limit of " + std::to_string(max_bytes) + " bytes", name);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  // False if the system reports only now that writing failed. Never repeated: the descriptor is
  // free again even if a signal interrupts the call.
  bool close() { return !is_open() || ::close(std::exchange(fd_, -1)) == 0 || errno == EINTR; }

 private:
  int fd_;
};

int open_file(const fs::path& path, int flags) {
  return retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC); });
}

int open_for_reading(const fs::path& path) {
  const int file = open_file(path, O_RDONLY);
  if (file < 0) throw_io("cannot be opened", path);
  return file;
}

// As many of the next `size` bytes as there are; 0 at the end.
std::size_t read_some(const Descriptor& file, const fs::path& path, void* buffer,
                      std::size_t size) {
  const ssize_t got = retry([&] { return ::read(file.get(), buffer, size); });
  if (got < 0) throw_io("cannot be read", path);
  return static_cast<std::size_t>(got);
}

// The next bytes: `most`, or all that are left.
Bytes read_at_most(const Descriptor& file, const fs::path& path, std::size_t most) {
  Bytes bytes(most);
  std::size_t size = 0;
  while (size < most) {
    const std::size_t got = read_some(file, path, bytes.data() + size, most - size);
    if (got == 0) break;
    size += got;
  }
  bytes.resize(size);
  return bytes;
}

// Nothing for pipes and devices. Files in /proc say 0 whatever they contain.
std::optional<std::uint64_t> size_of(const Descriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(status.st_size);
}

// Adds what `read_some(buffer, size)` yields until it returns 0 to `bytes`.
template <typename ReadSome>
Bytes read_all(const std::string& name, std::uint64_t max_bytes, ReadSome read_some,
               Bytes bytes = {}) {
  std::array<char, 65536> chunk;
  while (const std::size_t got = read_some(chunk.data(), chunk.size())) {
    if (got > max_bytes - bytes.size()) throw_too_long(name, max_bytes);
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(got));
  }
  return bytes;
}

// False, with errno set, if the system refuses.
bool write_all(const Descriptor& file, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = retry([&] { return ::write(file.get(), bytes.data(), bytes.size()); });
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// Some file systems have nothing to sync and say so.
bool sync(const Descriptor& file) {
  return retry([&] { return ::fsync(file.get()); }) == 0 || errno == EINVAL;
}

// A new file in `folder`, removed at the end of the scope unless it was moved to its final name.
// Its mode is what the umask leaves, as for any file a program creates.
class TemporaryFile {
 public:
  explicit TemporaryFile(const Descriptor& folder) : folder_(folder), file_(create()) {}
  ~TemporaryFile() {
    if (file_.is_open()) ::unlinkat(folder_.get(), name_.c_str(), 0);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // False, with errno set, if the system refuses.
  bool write(std::span<const std::uint8_t> bytes) {
    return file_.is_open() && write_all(file_, bytes) && sync(file_);
  }
  bool move_to(const std::string& name) {
    if (::renameat(folder_.get(), name_.c_str(), folder_.get(), name.c_str()) != 0) return false;
    return file_.close();
  }

 private:
  int create() {
    static std::atomic<unsigned> counter{0};
    int fd = -1;
    do {  // a killed process may have left a file of this name
      name_ = kTemporaryPrefix + std::to_string(::getpid()) + "-" + std::to_string(counter++) +
              kTemporarySuffix;
      fd = ::openat(folder_.get(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (fd < 0 && (errno == EEXIST || errno == EINTR));
    return fd;
  }

  const Descriptor& folder_;
  std::string name_;
  Descriptor file_;
};

// Pipes and devices, such as /dev/stdout, have no content to replace.
void write_in_place(const fs::path& path, std::span<const std::uint8_t> bytes) {
  Descriptor file(open_file(path, O_WRONLY));
  if (!file.is_open() || !write_all(file, bytes) || !file.close()) throw_unwritable(path);
}

void replace_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor folder(open_file(parent, O_RDONLY | O_DIRECTORY));
  if (!folder.is_open()) throw_io("cannot be written: its folder cannot be opened", path);
  TemporaryFile file(folder);
  if (!file.write(bytes) || !file.move_to(path.filename()) || !sync(folder)) throw_unwritable(path);
}

// The type of what `path` leads to (S_IFREG, …), or nothing if there is nothing yet.
std::optional<mode_t> type_of(const fs::path& path) {
  struct stat status {};
  if (retry([&] { return ::stat(path.c_str(), &status); }) == 0) return status.st_mode & S_IFMT;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_unwritable(path);
}

// Where the symbolic links at `path` lead, whether or not there is a file yet.
fs::path end_of_links(const fs::path& path) {
  constexpr int kMost = 40;  // as Linux follows
  fs::path end = path;
  for (int i = 0; i < kMost; ++i) {
    std::array<char, PATH_MAX> target;
    const ssize_t length =
        retry([&] { return ::readlink(end.c_str(), target.data(), target.size()); });
    if (length < 0) {
      if (errno == EINVAL || errno == ENOENT || errno == ENOTDIR) return end;  // not a link
      throw_unwritable(path);
    }
    end = end.parent_path() / std::string(target.data(), static_cast<std::size_t>(length));
  }
  errno = ELOOP;
  throw_unwritable(path);
}

}  // namespace

Bytes read_file(const fs::path& path, std::uint64_t max_bytes) {
  return read_file(path, max_bytes, {});
}

Bytes read_file(const fs::path& path, std::uint64_t max_bytes, const FirstLook& first) {
  const Descriptor file(open_for_reading(path));
  const std::optional<std::uint64_t> file_bytes = size_of(file);
  if (file_bytes && *file_bytes > max_bytes) throw_too_long(path, max_bytes);
  Bytes beginning = read_at_most(file, path, std::min<std::uint64_t>(first.most, max_bytes));
  if (first.look) first.look(beginning, file_bytes);
  return read_all(
      path, max_bytes,
      [&](char* buffer, std::size_t size) { return read_some(file, path, buffer, size); },
      std::move(beginning));
}

Bytes read_beginning(const fs::path& path, std::size_t most) {
  return read_at_most(Descriptor(open_for_reading(path)), path, most);
}

Bytes read_stream(std::istream& stream, const std::string& name, std::uint64_t max_bytes) {
  return read_all(name, max_bytes, [&](char* buffer, std::size_t size) {
    stream.read(buffer, static_cast<std::streamsize>(size));
    const auto got = static_cast<std::size_t>(stream.gcount());
    if (got == 0 && !stream.eof()) throw Error(ErrorKind::kIo, "cannot be read", name);
    return got;
  });
}

Written write_file_atomically(const fs::path& path, std::span<const std::uint8_t> bytes) {
  const std::optional<mode_t> type = type_of(path);
  if (type == S_IFDIR) throw Error(ErrorKind::kIo, "cannot be written: is a directory", path);
  if (type && type != S_IFREG) {
    write_in_place(path, bytes);
    return Written::kInPlace;
  }
  replace_file(end_of_links(path), bytes);
  return Written::kFile;
}

Written write_file_atomically(const fs::path& path, std::string_view text) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  return write_file_atomically(path, std::span(data, text.size()));
}

}  // namespace mnist
