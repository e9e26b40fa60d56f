#include "serve/header_text.h"

#include <algorithm>

namespace mnist::app::serve {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The value that begins at `at`, which is moved to the semicolon after it, or to npos.
std::string value_at(std::string_view header, std::size_t& at) {
  at = std::min(header.find_first_not_of(" \t", at), header.size());
  if (at >= header.size() || header[at] != '"') {
    const std::size_t end = header.find(';', at);
    const std::string_view value = header.substr(at, end - at);
    at = end;
    return std::string(trimmed(value));
  }
  std::string value;
  for (++at; at < header.size() && header[at] != '"'; ++at) {
    const bool escapes = header[at] == '\\' && at + 1 < header.size() &&
                         (header[at + 1] == '"' || header[at + 1] == '\\');
    value += header[escapes ? ++at : at];
  }
  at = header.find(';', at);
  return value;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
  return result;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](char c) { return lower(c); }, [](char c) { return lower(c); });
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string media_type(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';'))));
}

std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  std::size_t at = header.find(';');
  while (at != std::string_view::npos) {
    const std::size_t equals = header.find('=', at);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view found = trimmed(header.substr(at + 1, equals - at - 1));
    at = equals + 1;
    std::string value = value_at(header, at);
    if (same_name(found, name)) return value;
  }
  return std::nullopt;
}

}  // namespace mnist::app::serve
