// Records of comma-separated values as in RFC 4180: fields may be in double quotes, and may then
// contain commas, line breaks and doubled quotes. Lines end in LF or CRLF; empty lines and a UTF-8
// byte order mark at the beginning are skipped. Not thread-safe.
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
  // for more than `most_fields`, an unclosed quotation mark, or a closing one not followed by a
  // comma or the end of the line.
  bool next(std::vector<std::string>& fields);

  // The line on which the last record began, from 1.
  int line() const { return line_; }

 private:
  std::string quoted_field();

  std::string_view text_;
  std::size_t most_fields_;
  std::size_t at_ = 0;
  int line_ = 0;       // of the last record
  int next_line_ = 1;  // the line of `at_`
};

}  // namespace mnist
