#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {

TEST_CASE("an error's text is one line that begins with the file it is about", "[base]") {
  const Error error(ErrorKind::kCorrupt, "not an IDX file", "digits.idx");
  CHECK(std::string(error.what()) == "digits.idx: not an IDX file");
  CHECK(error.kind() == ErrorKind::kCorrupt);
}

TEST_CASE("an error about no file carries its message alone", "[base]") {
  CHECK(std::string(Error(ErrorKind::kUsage, "no images given").what()) == "no images given");
}

TEST_CASE("an error from a parser can be given its file afterwards", "[base]") {
  const Error located = Error(ErrorKind::kCorrupt, "truncated").with_path("a.png");
  CHECK(std::string(located.what()) == "a.png: truncated");
  CHECK(located.message() == "truncated");
}

}  // namespace mnist
