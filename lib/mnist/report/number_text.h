// Numbers as text, the same in every locale; undefined ones are "nan". Thread-safe.
#pragma once

#include <cstdint>
#include <string>

namespace mnist {

// With exactly `decimals` digits after the point, correctly rounded: for people.
std::string fixed_text(double value, int decimals);

// A score, a share or a probability, with 4 decimals.
std::string score_text(double value);

// The shortest text that reads back as the same double: for programs.
std::string unrounded_text(double value);

// "1 image", "2 images".
std::string images_text(std::int64_t count);

// "1 file", "2 files".
std::string files_text(std::size_t count);

}  // namespace mnist
