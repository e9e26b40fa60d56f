// What the files of a folder contain, without what differs from run to run.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace mnist::testing {

inline constexpr const char* kDamaged = "(damaged)";
inline constexpr const char* kWhole = "(whole)";

// Of every file below `folder`, by its path from there: its bytes; for a model or a checkpoint
// those of its tensors, since the header has times; and for other files whose content has times
// only kWhole. kDamaged if the format is broken.
using FolderState = std::map<std::string, std::string>;
FolderState state_of(const std::filesystem::path& folder);

}  // namespace mnist::testing
