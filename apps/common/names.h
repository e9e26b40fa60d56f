// Names of files and pictures, for people to read and folders to sort.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace mnist::app {

// The first or last bytes of `name`, at most `most`, not cut within a character of UTF-8.
std::string beginning_of(std::string name, std::size_t most);
std::string end_of(const std::string& name, std::size_t most);

// `text` with '?' for every byte that is not part of a character of UTF-8.
std::string valid_utf8(const std::string& text);

// "scan.PDF" -> ".pdf"; converts only A to Z.
std::string ending_of(const std::filesystem::path& path);

// "000042"; longer from a million on.
std::string six_digits(std::size_t number);

}  // namespace mnist::app
