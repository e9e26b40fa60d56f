// What folders of labelled pictures and of pages have in common.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mnist/digit/page.h"
#include "mnist/read/finder.h"

namespace mnist::app::eval {

// Every file below `folder` whose name does not begin with a dot, in name order. Throws Error{kIo}.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

// Names such as <source>__<n>__label<d>.png carry their source before the first double underscore;
// empty for other names.
std::string source_of(const std::filesystem::path& file);

// What is found in the picture; nothing if it cannot be read, which is reported on stderr.
std::optional<Page> find_in(const std::filesystem::path& file, const Finder& finder);

}  // namespace mnist::app::eval
