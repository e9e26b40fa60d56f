// Records of comma-separated values as RFC 4180 has them: fields may stand in double quotes, and
// then hold commas, line breaks and doubled quotes. Lines end in LF or CRLF; empty lines are passed
// over; a UTF-8 byte order mark at the beginning is too. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mnist {

class CsvReader {
 public:
  // `text` must outlive the reader.
  CsvReader(std::string_view text, std::size_t most_fields);

  // The next record's fields, at least one; false at the end. Throws Error{kCorrupt} with the line
  // for more than `most_fields`, a quotation mark that is not closed, or one that is followed by
  // more than a comma.
  bool next(std::vector<std::string>& fields);

  // The line on which the last record began, from 1.
  int line() const { return line_; }

 private:
  std::string quoted_field();

  std::string_view text_;
  std::size_t most_fields_;
  std::size_t at_ = 0;
  int line_ = 0;       // of the last record
  int next_line_ = 1;  // of what is at `at_`
};

}  // namespace mnist
