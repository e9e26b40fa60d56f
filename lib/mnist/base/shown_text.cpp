#include "mnist/base/shown_text.h"

#include <algorithm>
#include <cstddef>

#include <nlohmann/json.hpp>

namespace mnist {
namespace {

constexpr std::size_t kMostShown = 80;

// Cut between two characters.
std::string_view beginning_of(std::string_view text) {
  std::size_t end = std::min(kMostShown, text.size());
  const auto continues = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; };
  while (end > 0 && end < text.size() && continues()) --end;
  return text.substr(0, end);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string shortened(std::string_view text) {
  std::string shown(beginning_of(text));
  std::ranges::replace_if(shown, is_control, '?');
  if (shown.size() < text.size()) shown += "…";
  return shown;
}

std::string in_quotes(std::string_view text) {
  const std::string_view shown = beginning_of(text);
  using nlohmann::json;
  return json(shown).dump(-1, ' ', true, json::error_handler_t::replace) +
         (shown.size() < text.size() ? "…" : "");
}

}  // namespace mnist
