// Where reports go: stderr, and for a training run also its train.log. stdout is for results.
#pragma once

#include <filesystem>
#include <string>

#include "common/flags.h"

namespace mnist::app {

// Makes spdlog's default logger write to stderr as `flags` and NO_COLOR ask.
void set_up_logging(const CommonFlags& flags);

// From now on, also appends everything logged to `file`, with timestamps.
void log_to_file_too(const std::filesystem::path& file);

// Whether colours are wanted on stderr.
bool stderr_has_color(const CommonFlags& flags);

}  // namespace mnist::app
