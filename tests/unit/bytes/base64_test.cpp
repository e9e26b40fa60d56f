#include "mnist/bytes/base64.h"

#include <string>

#include "support/catch.h"

namespace mnist {

TEST_CASE("base64 is that of RFC 4648, both ways", "[bytes]") {
  const auto check = [](const std::string& text, const std::string& encoded) {
    CHECK(base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}) == encoded);
    const auto bytes = from_base64(encoded);
    REQUIRE(bytes);
    CHECK(std::string(bytes->begin(), bytes->end()) == text);
  };
  check("", "");
  check("f", "Zg==");
  check("fo", "Zm8=");
  check("foobar", "Zm9vYmFy");
}

TEST_CASE("what is no base64 gives nothing", "[bytes]") {
  for (const char* text : {"Zg", "Zg=", " Zg==", "Zg==\n", "Z=g=", "Zm9v*mFy", "===="}) {
    INFO(text);
    CHECK_FALSE(from_base64(text));
  }
}

}  // namespace mnist
