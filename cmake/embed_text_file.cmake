# Writes SOURCE, a C++ file that holds the text of FILE as mnist::NAME (see EmbedText.cmake).
file(READ ${FILE} text)
set(delimiter "EMBEDDED")
string(FIND "${text}" ")${delimiter}\"" found)
if(NOT found EQUAL -1)
  message(FATAL_ERROR "${FILE} holds the delimiter of the raw string it would become")
endif()
file(WRITE ${SOURCE} "// From ${FILE}.
#include <string_view>

namespace mnist {

extern const std::string_view ${NAME};
const std::string_view ${NAME} = R\"${delimiter}(${text})${delimiter}\";

}  // namespace mnist
")
