#include "mnist/bytes/folder.h"

#include <fstream>
#include <utility>

#include "support/environment.h"
#include "unit/bytes/bytes_testing.h"

namespace fs = std::filesystem;

namespace mnist {

using testing::entries_in;
using testing::error_of;
using testing::TemporaryDirectory;

TEST_CASE("a folder's lock is one's at a time, and ends with its holder", "[bytes]") {
  const TemporaryDirectory folder;
  {
    std::optional<FolderLock> first = FolderLock::try_lock(folder.path());
    REQUIRE(first);
    CHECK_FALSE(FolderLock::try_lock(folder.path()));
    FolderLock moved = std::move(*first);
    CHECK_FALSE(FolderLock::try_lock(folder.path()));
  }
  CHECK(FolderLock::try_lock(folder.path()));
  CHECK(entries_in(folder.path()) == 0);
  CHECK(error_of([&] { FolderLock::try_lock(folder / "absent"); }).kind() == ErrorKind::kIo);
}

TEST_CASE("whether a file is there is answered, or an error", "[bytes]") {
  const TemporaryDirectory folder;
  CHECK(is_there(folder.path()));
  CHECK_FALSE(is_there(folder / "absent"));
  fs::create_symlink("circle", folder / "circle");
  const Error error = error_of([&] { is_there(folder / "circle"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(error.path() == (folder / "circle").string());
}

TEST_CASE("what a killed process left half written is removed, and nothing else", "[bytes]") {
  const TemporaryDirectory folder;
  for (const char* name : {".mnist-12-0.tmp", ".mnist-3-7.tmp", "a.tmp", ".mnist-notes", "b"}) {
    std::ofstream(folder / name) << "x";
  }
  remove_unfinished_files(folder.path());
  CHECK(entries_in(folder.path()) == 3);
  CHECK_FALSE(fs::exists(folder / ".mnist-12-0.tmp"));
}

}  // namespace mnist
