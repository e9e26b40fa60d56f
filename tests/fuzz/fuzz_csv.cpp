// Comma-separated values: records that are read and written are read back the same.
#include <string>
#include <string_view>
#include <vector>

#include "mnist/bytes/csv_reader.h"
#include "mnist/report/csv.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

namespace {

using Records = std::vector<std::vector<std::string>>;

Records records_of(std::string_view text) {
  mnist::CsvReader reader(text, 100);
  Records records;
  int line = 0;
  for (std::vector<std::string> fields; reader.next(fields);) {
    require(!fields.empty() && reader.line() > line);
    line = reader.line();
    // A line with one empty field is an empty line, and skipped.
    if (fields.size() > 1 || !fields.front().empty()) records.push_back(fields);
  }
  return records;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto records = accepted([&] { return records_of(text); })) {
    std::string written =
        "\xef\xbb\xbf";  // if the text has a byte order mark of its own, that is content
    for (const auto& fields : *records) written += mnist::csv_line(fields);
    require(records_of(written) == *records);
  }
  return 0;
}
