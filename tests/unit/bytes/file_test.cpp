#include "mnist/bytes/file.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/environment.h"
#include "unit/bytes/bytes_testing.h"

namespace fs = std::filesystem;

namespace mnist {

using testing::bytes_of;
using testing::entries_in;
using testing::error_of;
using testing::TemporaryDirectory;
using testing::text_of;

namespace {

constexpr std::uint64_t kPlenty = 1 << 20;

std::string read_text(const fs::path& path) { return text_of(read_file(path, kPlenty)); }

// While it lives, no file of this process can grow beyond `bytes`: a full disk on demand.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &old_limit_) == 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = old_limit_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*old_handler_)(int);
  rlimit old_limit_{};
};

// Yields one byte, then fails as a broken disk would.
class BrokenBuffer : public std::streambuf {
 private:
  int_type underflow() override {
    if (given_) throw std::runtime_error("broken");
    given_ = true;
    setg(&byte_, &byte_, &byte_ + 1);
    return traits_type::to_int_type(byte_);
  }

  bool given_ = false;
  char byte_ = '7';
};

}  // namespace

TEST_CASE("a file is read as it is, whatever its bytes and size", "[bytes]") {
  const TemporaryDirectory folder;
  for (const std::size_t size : {0, 1, 65536, 65537, 200'000}) {
    Bytes content(size);
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<std::uint8_t>(i * 7);
    write_file_atomically(folder / "file", content);
    CHECK(read_file(folder / "file", kPlenty) == content);
  }
}

TEST_CASE("a file can be refused by its beginning, or read on from there", "[bytes]") {
  const TemporaryDirectory folder;
  const fs::path path = folder / "file";
  write_file_atomically(path, "12345");
  std::string seen;
  const auto look = [&](std::span<const std::uint8_t> beginning,
                        std::optional<std::uint64_t> size) {
    seen = text_of({beginning.begin(), beginning.end()}) + " of " + std::to_string(size.value());
  };
  CHECK(text_of(read_file(path, kPlenty, {.most = 2, .look = look})) == "12345");
  CHECK(seen == "12 of 5");
  CHECK(text_of(read_file(path, kPlenty, {.most = 9, .look = look})) == "12345");
  CHECK(seen == "12345 of 5");
  const auto refuse = [](std::span<const std::uint8_t>, std::optional<std::uint64_t>) {
    throw Error(ErrorKind::kCorrupt, "refused");
  };
  CHECK(error_of([&] { read_file(path, kPlenty, {.most = 2, .look = refuse}); }).message() ==
        "refused");
}

TEST_CASE("a pipe has a beginning, but no size", "[bytes]") {
  const TemporaryDirectory folder;
  const fs::path path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(path) << "12345"; });
  bool has_size = true;
  const auto look = [&](std::span<const std::uint8_t> beginning,
                        std::optional<std::uint64_t> size) {
    CHECK(beginning.size() == 3);
    has_size = size.has_value();
  };
  CHECK(text_of(read_file(path, kPlenty, {.most = 3, .look = look})) == "12345");
  CHECK_FALSE(has_size);
  writer.join();
}

TEST_CASE("a file is read up to the limit, and not a byte more", "[bytes]") {
  const TemporaryDirectory folder;
  const fs::path path = folder / "file";
  write_file_atomically(path, "12345");
  CHECK(text_of(read_file(path, 5)) == "12345");
  const Error error = error_of([&] { read_file(path, 4); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(error.what()) == path.string() + ": longer than the limit of 4 bytes");
}

TEST_CASE("the beginning of a file is read, and no more", "[bytes]") {
  const TemporaryDirectory folder;
  write_file_atomically(folder / "file", "1234567890");
  CHECK(text_of(read_beginning(folder / "file", 4)) == "1234");
  CHECK(text_of(read_beginning(folder / "file", 40)) == "1234567890");
  CHECK(read_beginning("/dev/zero", 8).size() == 8);
  CHECK(error_of([&] { read_beginning(folder / "absent", 4); }).message() ==
        "cannot be opened: no such file or directory");
}

TEST_CASE("a source without an end is read no further than the limit", "[bytes]") {
  CHECK(error_of([] { read_file("/dev/zero", kPlenty); }).kind() == ErrorKind::kUnsupported);
}

TEST_CASE("a file whose size the system gives as zero is read all the same", "[bytes]") {
  CHECK_FALSE(read_file("/proc/self/status", kPlenty).empty());
}

TEST_CASE("a named pipe is read to its end", "[bytes]") {
  const TemporaryDirectory folder;
  const fs::path path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(path) << "through a pipe"; });
  const std::string text = read_text(path);
  writer.join();
  CHECK(text == "through a pipe");
}

TEST_CASE("an absent file and a folder cannot be read, and the error says so", "[bytes]") {
  const TemporaryDirectory folder;
  const Error absent = error_of([&] { read_file(folder / "absent", kPlenty); });
  CHECK(absent.kind() == ErrorKind::kIo);
  CHECK(absent.message() == "cannot be opened: no such file or directory");
  CHECK(absent.path() == (folder / "absent").string());
  const Error directory = error_of([&] { read_file(folder.path(), kPlenty); });
  CHECK(directory.kind() == ErrorKind::kIo);
  CHECK(directory.message() == "cannot be read: is a directory");
}

TEST_CASE("a stream is read to its end, within the limit", "[bytes]") {
  std::istringstream stream(std::string("a\0b", 3));
  CHECK(read_stream(stream, "stdin", 3) == Bytes{'a', 0, 'b'});
  std::istringstream longer("abcd");
  const Error error = error_of([&] { read_stream(longer, "stdin", 3); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(error.path() == "stdin");
}

TEST_CASE("a stream that breaks off is an error, not an end", "[bytes]") {
  BrokenBuffer buffer;
  std::istream stream(&buffer);
  const Error error = error_of([&] { read_stream(stream, "stdin", kPlenty); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(std::string(error.what()) == "stdin: cannot be read");
}

TEST_CASE("writing creates a file, or replaces it as a whole, and leaves nothing else", "[bytes]") {
  const TemporaryDirectory folder;
  write_file_atomically(folder / "file", "a long first content");
  write_file_atomically(folder / "file", bytes_of("short"));
  CHECK(read_text(folder / "file") == "short");
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("a written file has the permissions of any new file", "[bytes]") {
  const TemporaryDirectory folder;
  write_file_atomically(folder / "ours", "7");
  std::ofstream(folder / "plain") << "7";
  CHECK(fs::status(folder / "ours").permissions() == fs::status(folder / "plain").permissions());
}

TEST_CASE("a bare file name is written into the working folder", "[bytes]") {
  const TemporaryDirectory folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file_atomically("bare", "7");
  fs::current_path(before);
  CHECK(read_text(folder / "bare") == "7");
}

TEST_CASE("a full disk leaves the old file and no temporary", "[bytes]") {
  const TemporaryDirectory folder;
  const fs::path path = folder / "file";
  write_file_atomically(path, "old");
  const Error error = error_of([&] {
    const FileSizeLimit limit(1000);
    write_file_atomically(path, Bytes(5000));
  });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(std::string(error.what()) == path.string() + ": cannot be written: file too large");
  CHECK(read_text(path) == "old");
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("a folder that is absent or not a folder cannot be written to", "[bytes]") {
  const TemporaryDirectory folder;
  write_file_atomically(folder / "file", "old");
  for (const char* name : {"absent/file", "file/file"}) {
    const Error error = error_of([&] { write_file_atomically(folder / name, "new"); });
    CHECK(error.kind() == ErrorKind::kIo);
    CHECK(error.path() == (folder / name).string());
    CHECK(error.message().find("its folder cannot be opened") != std::string::npos);
  }
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("a folder that takes no new files leaves an error", "[bytes]") {
  // Not even the superuser creates files there.
  const Error error = error_of([] { write_file_atomically("/proc/mnist-test", "7"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(error.message() == "cannot be written: no such file or directory");
}

TEST_CASE("a folder is not replaced by a file", "[bytes]") {
  const TemporaryDirectory folder;
  fs::create_directory(folder / "taken");
  const Error error = error_of([&] { write_file_atomically(folder / "taken", "7"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(error.message() == "cannot be written: is a directory");
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("a file name that is too long leaves an error and no temporary", "[bytes]") {
  const TemporaryDirectory folder;
  const Error error = error_of([&] { write_file_atomically(folder / std::string(300, 'x'), "7"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(entries_in(folder.path()) == 0);
}

TEST_CASE("a symbolic link stays, and the file behind it is replaced", "[bytes]") {
  const TemporaryDirectory folder;
  fs::create_directory(folder / "runs");
  write_file_atomically(folder / "runs/real", "old");
  fs::create_symlink("runs/real", folder / "link");
  write_file_atomically(folder / "link", "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_text(folder / "runs/real") == "new");
}

TEST_CASE("a symbolic link to what is not there yet stays, and the file it names is made",
          "[bytes]") {
  const TemporaryDirectory folder;
  fs::create_directory(folder / "runs");
  fs::create_symlink("runs/real", folder / "link");
  fs::create_symlink(folder / "link", folder / "link to the link");
  write_file_atomically(folder / "link to the link", "first");
  CHECK(fs::is_symlink(folder / "link to the link"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(read_text(folder / "runs/real") == "first");

  fs::create_symlink("absent/real", folder / "astray");
  const Error error = error_of([&] { write_file_atomically(folder / "astray", "7"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(fs::is_symlink(folder / "astray"));
}

TEST_CASE("what the system does not let one look at is not replaced", "[bytes]") {
  const TemporaryDirectory folder;
  fs::create_symlink("loop", folder / "loop");
  const Error error = error_of([&] { write_file_atomically(folder / "loop", "7"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(error.message() == "cannot be written: too many levels of symbolic links");
  CHECK(fs::is_symlink(folder / "loop"));
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("the caller learns whether there is a file now", "[bytes]") {
  const TemporaryDirectory folder;
  CHECK(write_file_atomically(folder / "file", "7") == Written::kFile);
  CHECK(write_file_atomically("/dev/null", "7") == Written::kInPlace);
}

TEST_CASE("a signal during open is not an error", "[bytes]") {
  struct sigaction interrupt {};
  struct sigaction before {};
  interrupt.sa_handler = [](int) {};  // and no SA_RESTART
  REQUIRE(::sigaction(SIGUSR1, &interrupt, &before) == 0);
  const TemporaryDirectory folder;
  const fs::path path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::string text;
  std::atomic<bool> gave_up = false;
  std::thread reader([&] {
    try {
      text = read_text(path);  // blocks in open: nobody writes yet
    } catch (const Error& error) {
      text = error.what();
      gave_up = true;
    }
  });
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ::pthread_kill(reader.native_handle(), SIGUSR1);
  }
  int writer = -1;  // until the reader, which a signal may just have woken, is in open again
  while (writer < 0 && !gave_up) {
    writer = ::open(path.c_str(), O_WRONLY | O_NONBLOCK);
    std::this_thread::yield();
  }
  if (writer >= 0) {
    CHECK(::write(writer, "late", 4) == 4);
    ::close(writer);
  }
  reader.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  CHECK(text == "late");
}

TEST_CASE("a device is written to in place, and a full one is an error", "[bytes]") {
  write_file_atomically("/dev/null", "nothing");
  CHECK(fs::is_character_file("/dev/null"));
  const Error error = error_of([] { write_file_atomically("/dev/full", "7"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(error.message() == "cannot be written: no space left on device");
}

TEST_CASE("a reader sees one whole content or the other while several write", "[bytes]") {
  const TemporaryDirectory folder;
  const fs::path path = folder / "file";
  const std::string contents[] = {std::string(50'000, 'a'), std::string(70'000, 'b')};
  write_file_atomically(path, contents[0]);
  std::atomic<bool> done = false;
  std::vector<std::thread> writers;
  for (const std::string& content : contents) {
    writers.emplace_back([&] {
      while (!done) write_file_atomically(path, content);
    });
  }
  int torn = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string text = read_text(path);
    if (text != contents[0] && text != contents[1]) ++torn;
  }
  done = true;
  for (std::thread& writer : writers) writer.join();
  CHECK(torn == 0);
  CHECK(entries_in(folder.path()) == 1);
}

}  // namespace mnist
