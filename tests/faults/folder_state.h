// What the files of a folder hold, without what differs from run to run.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace mnist::testing {

inline constexpr const char* kDamaged = "(damaged)";
inline constexpr const char* kWhole = "(whole)";

// Of every file below `folder`, by its path from there: its bytes; of a model or a checkpoint those
// of its tensors, since the header holds times; and of other files whose content tells of times
// only kWhole. kDamaged where the form is not whole.
using FolderState = std::map<std::string, std::string>;
FolderState state_of(const std::filesystem::path& folder);

}  // namespace mnist::testing
