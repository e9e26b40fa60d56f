#include "mnist/bytes/csv_reader.h"

#include <algorithm>

#include "mnist/base/error.h"

namespace mnist {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

CsvReader::CsvReader(std::string_view text, std::size_t most_fields)
    : text_(text), most_fields_(most_fields) {
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
}

// Begins after the opening quotation mark, ends after the closing one.
std::string CsvReader::quoted_field() {
  std::string field;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '\n') ++next_line_;
    if (c != '"') {
      field += c;
    } else if (at_ < text_.size() && text_[at_] == '"') {
      field += '"';
      ++at_;
    } else {
      return field;
    }
  }
  throw Error(ErrorKind::kCorrupt,
              "line " + std::to_string(line_) + ": a quotation mark is not closed");
}

bool CsvReader::next(std::vector<std::string>& fields) {
  fields.clear();
  while (text_.substr(at_).starts_with('\n') || text_.substr(at_).starts_with("\r\n")) {
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++next_line_;
  }
  if (at_ == text_.size()) return false;
  line_ = next_line_;
  while (true) {
    if (fields.size() == most_fields_) {
      throw Error(ErrorKind::kCorrupt, "line " + std::to_string(line_) + ": more than " +
                                           std::to_string(most_fields_) + " fields");
    }
    if (at_ < text_.size() && text_[at_] == '"') {
      ++at_;
      fields.push_back(quoted_field());
    } else {
      const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
      std::string_view field = text_.substr(at_, end - at_);
      const bool ends_line = end == text_.size() || text_[end] == '\n';
      if (ends_line && field.ends_with('\r')) field.remove_suffix(1);
      fields.emplace_back(field);
      at_ = end;
    }
    if (text_.substr(at_).starts_with("\r\n")) ++at_;
    if (at_ == text_.size()) return true;
    const char c = text_[at_++];
    if (c == '\n') {
      ++next_line_;
      return true;
    }
    if (c != ',') {
      throw Error(ErrorKind::kCorrupt, "line " + std::to_string(line_) +
                                           ": a closing quotation mark must end its field");
    }
  }
}

}  // namespace mnist
