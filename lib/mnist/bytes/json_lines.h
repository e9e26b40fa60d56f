// Internal: the line of each key in a JSON text. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace mnist {

// The keys of an object, or of the elements of an array by their numbers ("0" and so on). A tree,
// since whole paths would take memory that grows with the square of the text.
struct KeyLines {
  int line = 0;  // of the key itself, from 1; 0 for the text as a whole and elements of an array
  std::map<std::string, KeyLines, std::less<>> below;
};

// Throws Error{kCorrupt} as JsonDocument::parse does, before anything other than these lines is
// built.
KeyLines read_key_lines(std::string_view text, const std::string& name);

// The line of the key at `key_path`, "training.epochs"; 0 if it is not there.
int line_of(const KeyLines& keys, std::string_view key_path);

}  // namespace mnist
