// JSON written by people: comments allowed, the line of every value known, and read strictly.
//
// nlohmann/json parses; this adds good errors for config files: an unread key, a wrong type and an
// impossible value are errors that name the key's path, its line and the nearest valid key. Not
// thread-safe while being read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace mnist {

struct KeyLines;

class JsonDocument {
 public:
  // Parses `text`, an object, called `name` in errors, e.g. the file's path. Throws Error{kCorrupt}
  // with the line for anything that is not JSON (comments aside), for a key given twice and for
  // nesting deeper than 32.
  static JsonDocument parse(std::string_view text, const std::string& name);

  // Replaces the value at `key_path` ("training.epochs"), making objects on the way. `value` is
  // taken as JSON if it is JSON, else as a string: 3, true, [1,2], cosine. Its line is 0, and
  // errors about it name `origin` (a flag as it was typed) in place of the document. Throws
  // Error{kUsage} for an empty path or one that leads through a value that is not an object.
  void set(const std::string& key_path, const std::string& value, const std::string& origin);

  const nlohmann::json& root() const { return root_; }
  const std::string& name() const { return name_; }

  // The line of the key at `key_path`, from 1; 0 if it is not in the text.
  int line_of(const std::string& key_path) const;

  // What set the value at `key_path`, or an object around it; empty if the text did.
  std::string origin_of(const std::string& key_path) const;

 private:
  nlohmann::json root_ = nlohmann::json::object();
  std::string name_;
  std::shared_ptr<const KeyLines> lines_;       // of the keys that the text gives; null: none
  std::map<std::string, std::string> origins_;  // of those that set() gave
};

// Reads one object of a document, key by key. A key that is absent leaves the default in place.
// Each function throws Error{kUsage} for a value of the wrong type or outside its range.
class JsonObjectReader {
 public:
  // The object at `key_path`, "" for the root; an absent object reads as empty.
  JsonObjectReader(const JsonDocument& document, const std::string& key_path);

  bool has(const std::string& key) const { return object_->contains(key); }

  std::int64_t integer(const std::string& key, std::int64_t default_value, std::int64_t min,
                       std::int64_t max);
  double number(const std::string& key, double default_value, double min, double max);
  bool boolean(const std::string& key, bool default_value);
  std::string string(const std::string& key, const std::string& default_value);
  // One of `choices`.
  std::string choice(const std::string& key, const std::string& default_value,
                     std::span<const std::string_view> choices);
  // Each element within [min, max], the length within [min_length, max_length].
  std::vector<std::int64_t> integers(const std::string& key,
                                     std::vector<std::int64_t> default_value, std::int64_t min,
                                     std::int64_t max, std::size_t min_length,
                                     std::size_t max_length);
  // Readers of a list's elements, which must be objects: "key.0" and so on are their paths.
  std::vector<JsonObjectReader> objects(const std::string& key, std::size_t max_length);
  // A separate reader for `key`, which counts as known here.
  JsonObjectReader object(const std::string& key);

  // Throws Error{kUsage} for a key that none of the functions above has asked for.
  void finish() const;

  // An error about `key`, or about the object itself if it is empty, with its path, and its line or
  // what set it.
  [[noreturn]] void fail(const std::string& key, const std::string& problem) const;

 private:
  const nlohmann::json* find(const std::string& key);
  std::string path_of(const std::string& key) const;

  const JsonDocument& document_;
  std::string path_;
  const nlohmann::json* object_;
  std::set<std::string> known_;
};

// The candidate with the fewest single-character edits from `word`, if there are at most 3 and
// fewer than half its length: what a person may have meant.
std::optional<std::string> nearest_word(const std::string& word,
                                        const std::set<std::string>& candidates);

}  // namespace mnist
