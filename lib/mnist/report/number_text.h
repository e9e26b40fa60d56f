// Numbers as text, the same in every locale; undefined ones are "nan". Thread-safe.
#pragma once

#include <string>

namespace mnist {

// With exactly `decimals` digits after the point, correctly rounded: for people.
std::string fixed_text(double value, int decimals);

// The shortest text that reads back as the same double: for programs.
std::string unrounded_text(double value);

}  // namespace mnist
