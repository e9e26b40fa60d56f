// Where reports go: stderr, and for a training run its train.log too. stdout is for results.
#pragma once

#include <filesystem>
#include <string>

#include "common/flags.h"

namespace mnist::app {

// Makes spdlog's default logger write to stderr in the way that `flags` and NO_COLOR ask for.
void set_up_logging(const CommonFlags& flags);

// Copies everything logged from now on, with time stamps, to the end of `file`.
void log_to_file_too(const std::filesystem::path& file);

// Whether colours are wanted on stderr.
bool stderr_has_color(const CommonFlags& flags);

}  // namespace mnist::app
