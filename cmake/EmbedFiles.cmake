# Embeds the files of a web page in a C++ source. Run at build time:
#   cmake -DOUTPUT=page.cpp -DFOLDER=www -DFILES="index.html;app.js" -P EmbedFiles.cmake
# The result defines page_files(), declared in apps/serve/page.h.
set(TYPE_.html "text/html; charset=utf-8")
set(TYPE_.css "text/css; charset=utf-8")
set(TYPE_.js "text/javascript; charset=utf-8")
set(TYPE_.svg "image/svg+xml")

set(arrays "")
set(entries "")
set(count 0)
foreach(name IN LISTS FILES)
  cmake_path(GET name EXTENSION LAST_ONLY extension)
  if(NOT DEFINED TYPE_${extension})
    message(FATAL_ERROR "${name}: no content type is known for ${extension}")
  endif()
  file(READ "${FOLDER}/${name}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND arrays "constexpr char kFile${count}[] = {${bytes}};\n")
  string(APPEND entries
    "    PageFile{\"/${name}\", \"${TYPE_${extension}}\", {kFile${count}, sizeof kFile${count}}},\n")
  math(EXPR count "${count} + 1")
endforeach()

file(WRITE "${OUTPUT}" "// Made by cmake/EmbedFiles.cmake from the page's files.
#include <array>

#include \"serve/page.h\"

namespace mnist::app::serve {
namespace {

${arrays}
constexpr std::array<PageFile, ${count}> kFiles = {{
${entries}}};

}  // namespace

std::span<const PageFile> page_files() { return kFiles; }

}  // namespace mnist::app::serve
")
