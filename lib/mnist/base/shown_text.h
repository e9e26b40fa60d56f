// Text from a file, as part of an error: whatever it contains, it stays short and on one line.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace mnist {

// At most 80 bytes of `text`, with an ellipsis if cut; '?' replaces control characters.
std::string shortened(std::string_view text);

// The same in double quotes, escaped as JSON's strings are, all of it in ASCII.
std::string in_quotes(std::string_view text);

}  // namespace mnist
