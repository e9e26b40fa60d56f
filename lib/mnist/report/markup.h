// Text and pictures as parts of HTML and SVG. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "mnist/image/image.h"

namespace mnist {

// `text` escaped for an element's content and for an attribute in double quotes. Characters that
// XML cannot represent (controls other than tab and line feed) become U+FFFD.
std::string escape_markup(std::string_view text);

// The picture itself as a URL with a PNG: "data:image/png;base64,…".
std::string data_uri(const Image& image);

}  // namespace mnist
