// The models and configs that ship with the project.
#pragma once

#include <filesystem>
#include <string>

namespace mnist::app {

// `flag` (--model) if given, else the shipped model: beside the installed programs, or in the
// source tree of a build. Throws Error{kIo} if that is missing.
std::filesystem::path model_path(const std::string& flag);

// The same for the page network (--page-model).
std::filesystem::path page_model_path(const std::string& flag);

// `flag` (--config) if given, else configs/fast.json, found in the same way.
std::filesystem::path fast_config_path(const std::string& flag);

}  // namespace mnist::app
