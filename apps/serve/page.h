// The files of the page (www/), which the build embeds in the program (cmake/EmbedFiles.cmake).
#pragma once

#include <span>
#include <string_view>

namespace mnist::app::serve {

struct PageFile {
  std::string_view path;  // "/app.js"
  std::string_view type;  // "text/javascript; charset=utf-8"
  std::string_view content;
};

std::span<const PageFile> page_files();

}  // namespace mnist::app::serve
