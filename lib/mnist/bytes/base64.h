// Base64 with padding, RFC 4648, section 4. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

std::string base64(std::span<const std::uint8_t> bytes);

// Nothing if `text` is not base64, which here has no line breaks.
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace mnist
