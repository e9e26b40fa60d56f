// What folders of labelled pictures and of pages have in common.
#pragma once

#include <filesystem>
#include <optional>

#include "mnist/digit/page.h"
#include "mnist/read/finder.h"

namespace mnist::app::eval {

// What is found in the picture; nothing if it cannot be read, which is reported on stderr.
std::optional<Page> find_in(const std::filesystem::path& file, const Finder& finder);

}  // namespace mnist::app::eval
