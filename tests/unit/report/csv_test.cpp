#include "mnist/report/csv.h"

#include "support/catch.h"

namespace mnist {

TEST_CASE("a CSV field is quoted where RFC 4180 asks for it, and only there", "[report]") {
  CHECK(csv_field("plain name.png") == "plain name.png");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"4\"") == "\"say \"\"4\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
  CHECK(csv_field("") == "");
}

TEST_CASE("a CSV line has a comma between any two fields, empty ones too", "[report]") {
  CHECK(csv_line({"", "", ""}) == ",,\n");
  CHECK(csv_line({"one"}) == "one\n");
}

}  // namespace mnist
