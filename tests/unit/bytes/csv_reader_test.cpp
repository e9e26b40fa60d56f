#include "mnist/bytes/csv_reader.h"

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records records_of(std::string_view text) {
  CsvReader reader(text, 4);
  Records records;
  for (std::vector<std::string> fields; reader.next(fields);) records.push_back(fields);
  return records;
}

}  // namespace

TEST_CASE("fields stand between commas, records on lines", "[bytes]") {
  CHECK(records_of("a,b\nc,,d\n") == Records{{"a", "b"}, {"c", "", "d"}});
  CHECK(records_of("a,b\r\nc,\r\n") == Records{{"a", "b"}, {"c", ""}});
  CHECK(records_of("a") == Records{{"a"}});
  CHECK(records_of("").empty());
}

TEST_CASE("empty lines and a byte order mark are passed over", "[bytes]") {
  CHECK(records_of("\xef\xbb\xbf\n\r\na\n\n\nb\n") == Records{{"a"}, {"b"}});
}

TEST_CASE("quoted fields hold commas, quotes and line breaks", "[bytes]") {
  CHECK(records_of("\"a,b\",\"c\"\"d\"\n\"e\nf\",\"\"\r\ng") ==
        Records{{"a,b", "c\"d"}, {"e\nf", ""}, {"g"}});
}

TEST_CASE("a quotation mark that is not closed, or that does not end its field, is an error",
          "[bytes]") {
  for (const char* text : {"a\n\"b", "a\n\"b\"c,d"}) {
    CHECK_THROWS_AS(records_of(text), Error);
    try {
      records_of(text);
    } catch (const Error& error) {
      CHECK(error.message().starts_with("line 2: "));
    }
  }
}

TEST_CASE("a record has so many fields at most", "[bytes]") {
  CHECK(records_of("a,b,c,d\n").size() == 1);
  CHECK_THROWS_AS(records_of("a,b,c,d,e\n"), Error);
  CHECK_THROWS_AS(records_of("a,b,c,d,"), Error);
}

TEST_CASE("a record knows the line on which it begins", "[bytes]") {
  CsvReader reader("a\n\n\"b\nc\"\nd\n", 1);
  std::vector<std::string> fields;
  std::vector<int> lines;
  while (reader.next(fields)) lines.push_back(reader.line());
  CHECK(lines == std::vector{1, 3, 5});
}

}  // namespace mnist
