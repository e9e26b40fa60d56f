// Bodies posted to mnist-serve: the content type up to the first line feed, then the body.
#include <string_view>

#include "fuzz.h"
#include "serve/body.h"

using mnist::app::serve::BadBody;
using mnist::app::serve::picture_in;
using mnist::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const std::string_view body = line == std::string_view::npos ? "" : text.substr(line + 1);
  try {
    require(picture_in(text.substr(0, line), body).size() <= body.size());
  } catch (const BadBody& bad) {
    require((bad.status == 400 || bad.status == 415) && !bad.reason.empty());
  }
  return 0;
}
