// Where the keys of a JSON text are, and what is wrong with one that is not JSON, in words for
// whoever wrote it. Internal to lib/mnist/bytes. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace mnist {

// "training.epochs": the path of `key` inside the object at `parent`, "" for the root.
std::string joined_keys(const std::string& parent, const std::string& key);

// The line of each key, from 1, by the key's path; elements of a list have their numbers as keys.
// Throws Error{kCorrupt} about `name` with the line for anything that is not JSON (comments aside),
// for a key given twice and for nesting deeper than 32.
std::map<std::string, int> json_lines(std::string_view text, const std::string& name);

}  // namespace mnist
