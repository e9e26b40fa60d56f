// Names of pictures that sort in the order they were drawn.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace mnist::app::generate {

// <folder>/<prefix>0007_<what>.png
inline std::filesystem::path numbered(const std::filesystem::path& folder,
                                      const std::string& prefix, std::uint32_t n,
                                      const std::string& what) {
  const std::string number = std::to_string(n);
  const std::string zeros(number.size() < 4 ? 4 - number.size() : 0, '0');
  return folder / (prefix + zeros + number + "_" + what + ".png");
}

}  // namespace mnist::app::generate
