#include "mnist/bytes/json_document.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <sstream>

#include "mnist/base/error.h"
#include "mnist/base/shown_text.h"
#include "mnist/bytes/json_lines.h"

namespace mnist {
namespace {

using nlohmann::json;

std::string joined(const std::string& parent, const std::string& key) {
  return parent.empty() ? key : parent + "." + key;
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

std::string range_text(double min, double max) {
  std::ostringstream text;
  text.precision(15);
  if (std::isinf(max)) {
    text << min << " or more";
  } else {
    text << "between " << min << " and " << max;
  }
  return text.str();
}

std::string text_of(const json& value) {
  return shortened(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

const json& empty_object() {
  static const json empty = json::object();
  return empty;
}

}  // namespace

JsonDocument JsonDocument::parse(std::string_view text, const std::string& name) {
  JsonDocument document;
  document.name_ = name;
  if (text.find('\0') != std::string_view::npos) {
    // The parser would take it for the end and ignore the rest.
    throw Error(ErrorKind::kCorrupt, "contains a NUL character: not JSON", name);
  }
  document.lines_ = std::make_shared<const KeyLines>(read_key_lines(text, name));
  const bool ignore_comments = true;
  document.root_ = json::parse(text, nullptr, true, ignore_comments);
  return document;
}

void JsonDocument::set(const std::string& key_path, const std::string& value,
                       const std::string& origin) {
  json* target = &root_;
  std::istringstream keys(key_path);
  std::string path;
  for (std::string key; std::getline(keys, key, '.');) {
    if (key.empty() || !target->is_object()) {
      throw Error(ErrorKind::kUsage, "'" + key_path + "' does not name a config value", origin);
    }
    path = joined(path, key);
    auto [found, added] = target->emplace(key, json::object());
    if (added) origins_[path] = origin;
    target = &*found;
  }
  if (path.empty()) throw Error(ErrorKind::kUsage, "a key path is empty", origin);
  json parsed = json::parse(value, nullptr, false);
  *target = parsed.is_discarded() ? json(value) : std::move(parsed);
  std::erase_if(origins_, [&](const auto& entry) {
    return entry.first == key_path || entry.first.starts_with(key_path + ".");
  });
  origins_[key_path] = origin;
}

int JsonDocument::line_of(const std::string& key_path) const {
  if (lines_ == nullptr || !origin_of(key_path).empty()) return 0;
  return mnist::line_of(*lines_, key_path);
}

std::string JsonDocument::origin_of(const std::string& key_path) const {
  std::string path = key_path;
  while (true) {
    if (const auto found = origins_.find(path); found != origins_.end()) return found->second;
    const auto dot = path.rfind('.');
    if (dot == std::string::npos) return {};
    path.resize(dot);
  }
}

JsonObjectReader::JsonObjectReader(const JsonDocument& document, const std::string& key_path)
    : document_(document), path_(key_path), object_(&document.root()) {
  std::istringstream keys(key_path);
  for (std::string key; std::getline(keys, key, '.');) {
    if (object_->is_array()) {  // objects() has checked it
      object_ = &object_->at(std::stoul(key));
      continue;
    }
    const auto found = object_->find(key);
    object_ = found == object_->end() ? &empty_object() : &*found;
    if (!object_->is_object() && !object_->is_array()) break;
  }
  if (!object_->is_object()) {
    throw Error(ErrorKind::kUsage, "'" + key_path + "' must be an object", document.name());
  }
}

std::string JsonObjectReader::path_of(const std::string& key) const {
  return key.empty() ? path_ : joined(path_, key);
}

void JsonObjectReader::fail(const std::string& key, const std::string& problem) const {
  const int line = document_.line_of(path_of(key));
  const std::string where = line == 0 ? "" : "line " + std::to_string(line) + ": ";
  const std::string origin = document_.origin_of(path_of(key));
  throw Error(ErrorKind::kUsage, where + "'" + shortened(path_of(key)) + "' " + problem,
              origin.empty() ? document_.name() : origin);
}

const json* JsonObjectReader::find(const std::string& key) {
  known_.insert(key);
  const auto found = object_->find(key);
  return found == object_->end() ? nullptr : &*found;
}

std::int64_t JsonObjectReader::integer(const std::string& key, std::int64_t default_value,
                                       std::int64_t min, std::int64_t max) {
  const json* value = find(key);
  if (value == nullptr) return default_value;
  if (!value->is_number_integer()) fail(key, "must be a whole number, not " + text_of(*value));
  const bool too_large = value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX;
  const std::int64_t number = too_large ? INT64_MAX : value->get<std::int64_t>();
  if (too_large || number < min || number > max) {
    fail(key,
         "must be " +
             (max == INT64_MAX ? std::to_string(min) + " or more"
                               : "between " + std::to_string(min) + " and " + std::to_string(max)) +
             ", not " + text_of(*value));
  }
  return number;
}

double JsonObjectReader::number(const std::string& key, double default_value, double min,
                                double max) {
  const json* value = find(key);
  if (value == nullptr) return default_value;
  if (!value->is_number()) fail(key, "must be a number, not " + text_of(*value));
  const double number = value->get<double>();
  if (!(number >= min && number <= max)) {
    fail(key, "must be " + range_text(min, max) + ", not " + text_of(*value));
  }
  return number;
}

bool JsonObjectReader::boolean(const std::string& key, bool default_value) {
  const json* value = find(key);
  if (value == nullptr) return default_value;
  if (!value->is_boolean()) fail(key, "must be true or false, not " + text_of(*value));
  return value->get<bool>();
}

std::string JsonObjectReader::string(const std::string& key, const std::string& default_value) {
  const json* value = find(key);
  if (value == nullptr) return default_value;
  if (!value->is_string()) fail(key, "must be a string, not " + text_of(*value));
  return value->get<std::string>();
}

std::string JsonObjectReader::choice(const std::string& key, const std::string& default_value,
                                     std::span<const std::string_view> choices) {
  std::string word = string(key, default_value);
  if (std::find(choices.begin(), choices.end(), word) != choices.end()) return word;
  std::string list;
  for (const std::string_view choice : choices)
    list += (list.empty() ? "" : ", ") + std::string(choice);
  fail(key, "must be one of " + list + ", not '" + shortened(word) + "'");
}

std::vector<std::int64_t> JsonObjectReader::integers(const std::string& key,
                                                     std::vector<std::int64_t> default_value,
                                                     std::int64_t min, std::int64_t max,
                                                     std::size_t min_length,
                                                     std::size_t max_length) {
  const json* value = find(key);
  if (value == nullptr) return default_value;
  const auto in_range = [&](const json& element) {
    return element.is_number_integer() && element >= min && element <= max;
  };
  if (!value->is_array() || value->size() < min_length || value->size() > max_length ||
      !std::all_of(value->begin(), value->end(), in_range)) {
    fail(key, "must be a list of " + std::to_string(min_length) + " to " +
                  std::to_string(max_length) + " whole numbers between " + std::to_string(min) +
                  " and " + std::to_string(max) + ", not " + text_of(*value));
  }
  return value->get<std::vector<std::int64_t>>();
}

std::vector<JsonObjectReader> JsonObjectReader::objects(const std::string& key,
                                                        std::size_t max_length) {
  std::vector<JsonObjectReader> readers;
  const json* value = find(key);
  if (value == nullptr) return readers;
  const auto is_object = [](const json& element) { return element.is_object(); };
  if (!value->is_array() || value->size() > max_length ||
      !std::all_of(value->begin(), value->end(), is_object)) {
    fail(key, "must be a list of at most " + std::to_string(max_length) + " objects");
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    readers.emplace_back(document_, path_of(key) + "." + std::to_string(i));
  }
  return readers;
}

JsonObjectReader JsonObjectReader::object(const std::string& key) {
  const json* value = find(key);
  if (value != nullptr && !value->is_object())
    fail(key, "must be an object, not " + text_of(*value));
  return {document_, path_of(key)};
}

void JsonObjectReader::finish() const {
  for (const auto& [key, value] : object_->items()) {
    if (known_.contains(key)) continue;
    const auto nearest = nearest_word(key, known_);
    fail(key, nearest ? "is unknown; did you mean '" + path_of(*nearest) + "'?" : "is unknown");
  }
}

std::optional<std::string> nearest_word(const std::string& word,
                                        const std::set<std::string>& candidates) {
  std::optional<std::string> nearest;
  std::size_t fewest = std::min<std::size_t>(4, (word.size() + 1) / 2);
  for (const std::string& candidate : candidates) {
    if (word.size() >= candidate.size() + fewest) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= fewest) continue;
    fewest = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace mnist
