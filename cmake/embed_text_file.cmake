# Writes SOURCE, a C++ file that defines mnist::NAME as the text of FILE (see EmbedText.cmake).
file(READ ${FILE} text)
set(delimiter "EMBEDDED")
string(FIND "${text}" ")${delimiter}\"" found)
if(NOT found EQUAL -1)
  message(FATAL_ERROR "${FILE} contains the delimiter of the raw string that embeds it")
endif()
file(WRITE ${SOURCE} "// From ${FILE}.
#include <string_view>

namespace mnist {

extern const std::string_view ${NAME};
const std::string_view ${NAME} = R\"${delimiter}(${text})${delimiter}\";

}  // namespace mnist
")
