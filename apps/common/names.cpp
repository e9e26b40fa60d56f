#include "common/names.h"

#include <algorithm>

namespace mnist::app {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80; }

// Bytes of the UTF-8 character that begins with `first` (RFC 3629); 0 if none does.
std::size_t length_of_character(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

}  // namespace

std::string beginning_of(std::string name, std::size_t most) {
  if (name.size() <= most) return name;
  while (most > 0 && continues(name[most])) --most;
  name.resize(most);
  return name;
}

std::string end_of(const std::string& name, std::size_t most) {
  if (name.size() <= most) return name;
  std::size_t at = name.size() - most;
  while (at < name.size() && continues(name[at])) ++at;
  return name.substr(at);
}

std::string valid_utf8(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = length_of_character(static_cast<unsigned char>(text[at]));
    const std::string character = text.substr(at, length);
    const bool is_whole = length > 0 && character.size() == length &&
                          std::all_of(character.begin() + 1, character.end(), continues);
    result += is_whole ? character : "?";
    at += is_whole ? length : 1;
  }
  return result;
}

std::string ending_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return ending;
}

std::string six_digits(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

}  // namespace mnist::app
