// Comma-separated values, quoted as RFC 4180 says; lines end in LF. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mnist {

// `field` as it is, or in quotes (with quotes inside doubled) if it contains a comma, a quote or a
// line break. Bytes are kept, whatever their encoding.
std::string csv_field(std::string_view field);

// The fields, each through csv_field(), with commas between them and a newline at the end.
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace mnist
