// nlohmann/json keeps no positions, so the text is run through its SAX interface with an iterator
// that counts line ends; the lexer reads no further than the token it reports.
#include "mnist/bytes/json_lines.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/base/shown_text.h"

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

// The token around `position`: a word, a number, or one sign. Empty at the end.
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

// The parser's message in words for the author of the text; `found` is what it stopped at.
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
         (found.empty() ? "the end" : "'" + shortened(found) + "'");
}

// Puts the line of every key into `keys`, and stops at the first duplicate, too deep nesting, or a
// document that is not an object.
class LineRecorder : public nlohmann::json_sax<json> {
 public:
  LineRecorder(std::string_view text, const int& line, KeyLines& keys)
      : text_(text), line_(line), keys_(keys) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return enter(false); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return value() && enter(true); }
  bool end_array() override { return leave(); }

  bool key(string_t& name) override {
    key_ = name;
    KeyLines& around = keys_of_level(levels_.size() - 1);
    if (around.below.try_emplace(name, KeyLines{.line = line_, .below = {}}).second) return true;
    problem_ = "line " + std::to_string(line_) + ": key '" + shortened(path()) + "' is given twice";
    return false;
  }

  bool parse_error(std::size_t consumed, const std::string&,
                   const json::exception& error) override {
    // If a line break was read last, it still belongs to the line that it ends.
    const std::string_view before = text_.substr(0, std::min(consumed, text_.size()) - 1);
    problem_ = "line " + std::to_string(1 + std::ranges::count(before, '\n')) + ": " +
               plain_words(error.what(), word_at(text_, consumed - 1));
    return false;
  }

  const std::string& problem() const { return problem_; }

 private:
  struct Level {
    std::string name;          // in the enclosing level
    KeyLines* keys = nullptr;  // made when its first key comes
    bool is_array = false;
    int containers = 0;  // of an array: objects and arrays so far
  };

  bool value() {
    if (!levels_.empty()) return true;
    problem_ = "does not contain a JSON object";
    return false;
  }

  // The elements of an array are identified by their numbers.
  bool enter(bool is_array) {
    std::string name;
    if (!levels_.empty()) {
      Level& around = levels_.back();
      name = around.is_array ? std::to_string(around.containers++) : key_;
    }
    levels_.push_back({.name = std::move(name), .is_array = is_array});
    if (levels_.size() <= kMaxDepth) return true;
    problem_ = "line " + std::to_string(line_) + ": nested more than " + std::to_string(kMaxDepth) +
               " levels deep";
    return false;
  }
  bool leave() {
    levels_.pop_back();
    return true;
  }

  KeyLines& keys_of_level(std::size_t level) {
    Level& own = levels_[level];
    if (own.keys == nullptr) {
      own.keys = level == 0 ? &keys_ : &keys_of_level(level - 1).below[own.name];
    }
    return *own.keys;
  }

  std::string path() const {
    std::string path;
    for (std::size_t i = 1; i < levels_.size(); ++i) path += levels_[i].name + ".";
    return path + key_;
  }

  std::string_view text_;
  const int& line_;
  KeyLines& keys_;
  std::vector<Level> levels_;  // the open objects and arrays, outermost first
  std::string key_;
  std::string problem_;
};

}  // namespace

KeyLines read_key_lines(std::string_view text, const std::string& name) {
  KeyLines keys;
  int line = 1;
  LineRecorder recorder(text, line, keys);
  const Cursor begin{text.data(), &line};
  const Cursor end{text.data() + text.size(), &line};
  const bool strict = true;
  const bool ignore_comments = true;
  if (!json::sax_parse(begin, end, &recorder, json::input_format_t::json, strict,
                       ignore_comments)) {
    throw Error(ErrorKind::kCorrupt, recorder.problem(), name);
  }
  return keys;
}

int line_of(const KeyLines& keys, std::string_view key_path) {
  const auto whole = keys.below.find(key_path);
  if (whole != keys.below.end() && whole->second.line > 0) return whole->second.line;
  // A key may contain dots itself.
  for (auto dot = key_path.find('.'); dot != std::string_view::npos;
       dot = key_path.find('.', dot + 1)) {
    const auto found = keys.below.find(key_path.substr(0, dot));
    if (found == keys.below.end()) continue;
    if (const int line = line_of(found->second, key_path.substr(dot + 1))) return line;
  }
  return 0;
}

}  // namespace mnist
