#include "mnist/base/shown_text.h"

#include <string>

#include "support/catch.h"

namespace mnist {

TEST_CASE("text of a file is shown in short, between characters, on one line", "[base]") {
  CHECK(shortened("conv1") == "conv1");
  CHECK(shortened("a\nb\x1b[31m\x7f") == "a?b?[31m?");
  CHECK(shortened(std::string(80, 'x')) == std::string(80, 'x'));
  CHECK(shortened(std::string(81, 'x')) == std::string(80, 'x') + "…");
  CHECK(shortened(std::string(79, 'x') + "é") == std::string(79, 'x') + "…");
}

TEST_CASE("text of a file in quotes is a JSON string in ASCII", "[base]") {
  CHECK(in_quotes("") == R"("")");
  CHECK(in_quotes("a\n\"é\"") == R"("a\n\"\u00e9\"")");
  CHECK(in_quotes("\xff") == R"("\ufffd")");
  CHECK(in_quotes(std::string(100, 'x')) == '"' + std::string(80, 'x') + "\"…");
}

}  // namespace mnist
