#include "mnist/report/number_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace mnist {
namespace {

// Room for the largest double (309 digits) and its decimals.
using Buffer = std::array<char, 400>;

template <typename... Format>
std::string text(double value, Format... format) {
  if (std::isnan(value)) return "nan";  // to_chars would add a meaningless sign
  Buffer buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
  return {buffer.data(), end.ptr};
}

}  // namespace

std::string fixed_text(double value, int decimals) {
  return text(value, std::chars_format::fixed, decimals);
}

std::string score_text(double value) { return fixed_text(value, 4); }

std::string unrounded_text(double value) { return text(value); }

std::string images_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " image" : " images");
}

std::string files_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " file" : " files");
}

}  // namespace mnist
