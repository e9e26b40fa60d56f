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

TEST_CASE("what is there is answered, or an error", "[bytes]") {
  const TemporaryDirectory folder;
  std::ofstream(folder / "file") << "x";
  fs::create_symlink("circle", folder / "circle");
  CHECK(is_there(folder.path()));
  CHECK(is_folder(folder.path()));
  CHECK(is_there(folder / "file"));
  CHECK_FALSE(is_folder(folder / "file"));
  for (const char* absent : {"absent", "file/below"}) {
    CHECK_FALSE(is_there(folder / absent));
    CHECK_FALSE(is_folder(folder / absent));
    CHECK(type_at(folder / absent) == fs::file_type::not_found);
  }
  for (bool (*ask)(const fs::path&) : {is_there, is_folder}) {
    const Error error = error_of([&] { ask(folder / "circle"); });
    CHECK(error.kind() == ErrorKind::kIo);
    CHECK(error.message().starts_with("cannot be looked up: "));
    CHECK(error.path() == (folder / "circle").string());
  }
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
