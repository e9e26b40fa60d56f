// Parses the text of HTTP and MIME headers. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mnist::app::serve {

// ASCII letters in lower case, everything else as it is.
std::string lower(std::string_view text);
// Whether two names are the same, ignoring case.
bool same_name(std::string_view a, std::string_view b);
// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

// "Image/PNG; x=y" -> "image/png".
std::string media_type(std::string_view content_type);
// The parameter `name` of a header such as `form-data; name="image"; filename=x.png` (RFC 2045,
// section 5.1), without quotes.
std::optional<std::string> parameter(std::string_view header, std::string_view name);

}  // namespace mnist::app::serve
