// What the programs' tests share: small generated data, and one model trained on them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/process.h"

namespace mnist::testing {

// A folder with 2000 training and 500 test digits drawn by mnist-generate; made once per process.
const std::filesystem::path& generated_data();

// A config that trains a small network on them in seconds.
std::string small_config();

// The run folder of a network trained with it; made once per process.
const std::filesystem::path& small_run();

// Pictures of the digits 0 to 9, drawn by mnist-generate; made once per process.
const std::vector<std::string>& pictures();

// The bytes of a picture of two digits side by side, a 4 and a 2.
std::string png_of_42();

// The bytes of a TIFF whose pages show one drawn digit each.
std::string tiff_of(const std::vector<int>& digits);

void write_text(const std::filesystem::path& path, const std::string& text);
std::string read_text(const std::filesystem::path& path);

// Lines of `text`, without line ends.
std::vector<std::string> lines_of(const std::string& text);

// mnist-train ended with exit code 2, nothing on stdout, and one line on stderr that holds `text`.
void check_one_error_line(const Outcome& outcome, const std::string& text);

}  // namespace mnist::testing
