// Lines: nlohmann/json keeps no positions, so the text is run through its SAX interface once more
// with an iterator that counts line ends; the lexer reads no further than the token it reports.
#include "mnist/bytes/json_document.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <sstream>

#include "mnist/base/error.h"

namespace mnist {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 32;

struct Cursor {
  const char* position;
  int* line;

  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  reference operator*() const { return *position; }
  Cursor& operator++() {
    if (*position == '\n') ++*line;
    ++position;
    return *this;
  }
  Cursor operator++(int) {
    Cursor before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Cursor& a, const Cursor& b) { return a.position == b.position; }
  friend bool operator!=(const Cursor& a, const Cursor& b) { return !(a == b); }
};

std::string joined(const std::string& parent, const std::string& key) {
  return parent.empty() ? key : parent + "." + key;
}

// What is written around `position`: a word, a number, or one sign. Empty at the end.
std::string_view word_at(std::string_view text, std::size_t position) {
  if (position >= text.size()) return {};
  const auto in_word = [&](std::size_t at) {
    const auto c = static_cast<unsigned char>(text[at]);
    return std::isalnum(c) != 0 || c >= 0x80 || std::strchr("_+-.", c) != nullptr;
  };
  std::size_t begin = position;
  std::size_t end = position + 1;
  if (in_word(position)) {
    while (begin > 0 && in_word(begin - 1)) --begin;
    while (end < text.size() && in_word(end)) ++end;
  }
  return text.substr(begin, end - begin);
}

// The parser's message in words for who wrote the text; `found` is what it stopped at.
//   "… syntax error while parsing object key - unexpected '}'; expected string literal"
//   "… syntax error while parsing value - invalid string: missing closing quote; last read: …"
std::string plain_words(std::string_view message, std::string_view found) {
  const auto says = [&](std::string_view part) { return message.find(part) != std::string::npos; };
  if (says("number overflow")) return "a number is too large";
  if (says("missing closing '*/'")) return "a comment is not closed";
  if (says("missing closing quote") || says("control character U+000A")) {
    return "a quotation mark is not closed";
  }
  constexpr std::string_view kInString = "invalid string: ";
  if (const auto at = message.find(kInString); at != std::string::npos) {
    const std::string_view reason = message.substr(at + kInString.size());
    return "in a text: " + std::string(reason.substr(0, reason.find("; last read")));
  }
  const char* expected = says("; expected end of input")    ? "nothing more"
                         : says("parsing object key")       ? "a key in double quotes"
                         : says("parsing object separator") ? "':' after the key"
                         : says("parsing object")           ? "',' or '}'"
                         : says("parsing array")            ? "',' or ']'"
                                                            : "a value";
  return std::string("expected ") + expected + ", found " +
         (found.empty() ? "the end" : "'" + std::string(found) + "'");
}

// Records the line of every key, and stops at the first duplicate or too deep nesting.
class LineRecorder : public nlohmann::json_sax<json> {
 public:
  LineRecorder(std::string_view text, const int& line, std::map<std::string, int>& lines)
      : text_(text), line_(line), lines_(lines) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(false); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(true); }
  bool end_array() override { return leave(); }

  bool key(string_t& name) override {
    key_ = name;
    const std::string path = joined(levels_.back().path, name);
    lines_.try_emplace(path, line_);
    if (levels_.back().keys.insert(name).second) return true;
    problem_ = "line " + std::to_string(line_) + ": key '" + path + "' is given twice";
    return false;
  }

  bool parse_error(std::size_t consumed, const std::string&,
                   const json::exception& error) override {
    // A line break that was read last still belongs to the line that it ends.
    const std::string_view before = text_.substr(0, std::min(consumed, text_.size()) - 1);
    problem_ = "line " + std::to_string(1 + std::ranges::count(before, '\n')) + ": " +
               plain_words(error.what(), word_at(text_, consumed - 1));
    return false;
  }

  const std::string& problem() const { return problem_; }

 private:
  struct Level {
    std::string path;
    std::set<std::string> keys;
    bool is_array = false;
    int containers = 0;  // of an array: objects and arrays so far
  };

  // The elements of an array are told apart by their numbers.
  bool enter(bool is_array) {
    std::string path;
    if (!levels_.empty()) {
      Level& around = levels_.back();
      path = joined(around.path, around.is_array ? std::to_string(around.containers++) : key_);
    }
    levels_.push_back({.path = std::move(path), .keys = {}, .is_array = is_array});
    if (levels_.size() <= kMaxDepth) return true;
    problem_ = "line " + std::to_string(line_) + ": nested more than " + std::to_string(kMaxDepth) +
               " levels deep";
    return false;
  }
  bool leave() {
    levels_.pop_back();
    return true;
  }

  std::string_view text_;
  const int& line_;
  std::map<std::string, int>& lines_;
  std::vector<Level> levels_;  // the open objects and arrays, outermost first
  std::string key_;
  std::string problem_;
};

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

const json& empty_object() {
  static const json empty = json::object();
  return empty;
}

}  // namespace

JsonDocument JsonDocument::parse(std::string_view text, const std::string& name) {
  JsonDocument document;
  document.name_ = name;
  if (text.find('\0') != std::string_view::npos) {
    // The parser would take it for the end and ignore what follows.
    throw Error(ErrorKind::kCorrupt, "contains a NUL character: not JSON", name);
  }
  int line = 1;
  LineRecorder recorder(text, line, document.lines_);
  const Cursor begin{text.data(), &line};
  const Cursor end{text.data() + text.size(), &line};
  const bool strict = true;
  const bool ignore_comments = true;
  if (!json::sax_parse(begin, end, &recorder, json::input_format_t::json, strict,
                       ignore_comments)) {
    throw Error(ErrorKind::kCorrupt, recorder.problem(), name);
  }
  document.root_ = json::parse(text, nullptr, true, ignore_comments);
  if (!document.root_.is_object()) {
    throw Error(ErrorKind::kCorrupt, "does not contain a JSON object", name);
  }
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
  const auto replaced = [&](const auto& entry) {
    return entry.first == key_path || entry.first.starts_with(key_path + ".");
  };
  std::erase_if(lines_, replaced);
  std::erase_if(origins_, replaced);
  origins_[key_path] = origin;
}

int JsonDocument::line_of(const std::string& key_path) const {
  const auto found = lines_.find(key_path);
  return found == lines_.end() ? 0 : found->second;
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
    if (object_->is_array()) {  // objects() has looked at it
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
  throw Error(ErrorKind::kUsage, where + "'" + path_of(key) + "' " + problem,
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
  if (!value->is_number_integer()) fail(key, "must be a whole number, not " + value->dump());
  const bool too_large = value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX;
  const std::int64_t number = too_large ? INT64_MAX : value->get<std::int64_t>();
  if (too_large || number < min || number > max) {
    fail(key,
         "must be " +
             (max == INT64_MAX ? std::to_string(min) + " or more"
                               : "between " + std::to_string(min) + " and " + std::to_string(max)) +
             ", not " + value->dump());
  }
  return number;
}

double JsonObjectReader::number(const std::string& key, double default_value, double min,
                                double max) {
  const json* value = find(key);
  if (value == nullptr) return default_value;
  if (!value->is_number()) fail(key, "must be a number, not " + value->dump());
  const double number = value->get<double>();
  if (!(number >= min && number <= max)) {
    fail(key, "must be " + range_text(min, max) + ", not " + value->dump());
  }
  return number;
}

bool JsonObjectReader::boolean(const std::string& key, bool default_value) {
  const json* value = find(key);
  if (value == nullptr) return default_value;
  if (!value->is_boolean()) fail(key, "must be true or false, not " + value->dump());
  return value->get<bool>();
}

std::string JsonObjectReader::string(const std::string& key, const std::string& default_value) {
  const json* value = find(key);
  if (value == nullptr) return default_value;
  if (!value->is_string()) fail(key, "must be a string, not " + value->dump());
  return value->get<std::string>();
}

std::string JsonObjectReader::choice(const std::string& key, const std::string& default_value,
                                     std::span<const std::string_view> choices) {
  std::string word = string(key, default_value);
  if (std::find(choices.begin(), choices.end(), word) != choices.end()) return word;
  std::string list;
  for (const std::string_view choice : choices)
    list += (list.empty() ? "" : ", ") + std::string(choice);
  fail(key, "must be one of " + list + ", not '" + word + "'");
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
                  " and " + std::to_string(max) + ", not " + value->dump());
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
  if (value != nullptr && !value->is_object()) fail(key, "must be an object, not " + value->dump());
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
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= fewest) continue;
    fewest = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace mnist
