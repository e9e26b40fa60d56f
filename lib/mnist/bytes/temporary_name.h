// What the temporary files of write_file_atomically are called: a prefix, numbers, a suffix.
// Internal to lib/mnist.
#pragma once

namespace mnist {

inline constexpr const char* kTemporaryPrefix = ".mnist-";
inline constexpr const char* kTemporarySuffix = ".tmp";

}  // namespace mnist
