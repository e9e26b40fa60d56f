// Recursive descent over the text. A scope is a value and its JSON pointer; names are looked up
// from the innermost scope outwards.
#include "mnist/report/template.h"

#include <utility>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/report/markup.h"
#include "mnist/report/number_text.h"

namespace mnist {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void fail(const std::string& problem) {
  throw Error(ErrorKind::kUsage, "template: " + problem);
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

// "name|filter" -> both.
std::pair<std::string_view, std::string_view> split(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {trimmed(text), {}};
  return {trimmed(text.substr(0, at)), trimmed(text.substr(at + 1))};
}

struct Scope {
  const Json* value;
  std::string pointer;
};

bool shows_nothing(const Json& value) {
  return value.is_null() || (value.is_boolean() && !value.get<bool>()) ||
         ((value.is_array() || value.is_string()) && value.size() == 0) ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

std::string shown_number(double value, std::string_view filter) {
  const auto [name, argument] = split(filter, ' ');
  const int decimals = argument.empty() ? 0 : argument[0] - '0';
  if (name == "count") return fixed_text(value, 0);
  if (name == "fixed") return fixed_text(value, decimals);
  if (name == "percent") return fixed_text(100 * value, decimals) + "\u00a0%";
  if (name == "probability") return value < 0.0001 ? "< 0.0001" : fixed_text(value, 4);
  fail("unknown filter '" + std::string(name) + "'");
}

class Renderer {
 public:
  Renderer(std::string_view text, const Json& values) : text_(text) {
    scopes_.push_back({&values, ""});
  }

  std::string render() {
    std::string out;
    render_until("", &out);
    return out;
  }

 private:
  // Renders up to the end of the section `name`, or of the text; without `out`, passes it over.
  void render_until(std::string_view name, std::string* out) {
    while (true) {
      const auto open = text_.find("{{", at_);
      if (out != nullptr) out->append(text_.substr(at_, open - at_));
      if (open == std::string_view::npos) {
        if (!name.empty()) fail("section '" + std::string(name) + "' is not closed");
        at_ = text_.size();
        return;
      }
      const auto close = text_.find("}}", open);
      if (close == std::string_view::npos) fail("a tag is not closed");
      const std::string_view tag = trimmed(text_.substr(open + 2, close - open - 2));
      at_ = close + 2;
      if (tag.empty()) fail("a tag is empty");
      const std::string_view rest = trimmed(tag.substr(1));
      switch (tag[0]) {
        case '!':
          break;
        case '/':
          if (rest != name) fail("'" + std::string(rest) + "' ends a section that has not begun");
          return;
        case '#':
        case '^':
          render_section(rest, tag[0] == '^', out);
          break;
        default:
          if (out != nullptr) *out += value_text(tag);
      }
    }
  }

  void render_section(std::string_view name, bool inverse, std::string* out) {
    const std::size_t begin = at_;
    const Scope scope = out == nullptr ? Scope{} : find(name, /*must=*/false);
    const bool nothing = out == nullptr || scope.value == nullptr || shows_nothing(*scope.value);
    if (out == nullptr || nothing != inverse) return render_until(name, nullptr);
    if (inverse) return render_until(name, out);

    const std::size_t times = scope.value->is_array() ? scope.value->size() : 1;
    for (std::size_t i = 0; i < times; ++i) {
      at_ = begin;
      scopes_.push_back(scope.value->is_array()
                            ? Scope{&(*scope.value)[i], scope.pointer + '/' + std::to_string(i)}
                            : scope);
      render_until(name, out);
      scopes_.pop_back();
    }
  }

  std::string value_text(std::string_view tag) const {
    if (tag[0] == '&') return text_of(find(trimmed(tag.substr(1))), tag);
    const auto [name, filter] = split(tag, '|');
    const Scope found = find(name);
    return filter.empty() ? escape_markup(text_of(found, tag)) : number_markup(found, filter);
  }

  static std::string text_of(const Scope& scope, std::string_view tag) {
    if (scope.value->is_string()) return scope.value->get<std::string>();
    if (scope.value->is_number_integer()) return scope.value->dump();
    fail("'" + std::string(tag) + "' is not text");
  }

  static std::string number_markup(const Scope& scope, std::string_view filter) {
    const Json& value = *scope.value;
    if (!value.is_number() && !value.is_null()) fail(scope.pointer + " is not a number");
    const std::string shown =
        value.is_null() ? "\u2013" : shown_number(value.get<double>(), filter);
    return "<data value=\"" + value.dump() + "\" data-json=\"" + escape_markup(scope.pointer) +
           "\">" + escape_markup(shown) + "</data>";
  }

  Scope find(std::string_view path, bool must = true) const {
    if (path == ".") return scopes_.back();
    const auto first = split(path, '.').first;
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (!scope->value->is_object() || !scope->value->contains(std::string(first))) continue;
      return follow(*scope, path, must);
    }
    if (must) fail("there is no '" + std::string(path) + "'");
    return {};
  }

  static Scope follow(Scope scope, std::string_view path, bool must) {
    for (std::string_view rest = path; !rest.empty();) {
      const auto [name, after] = split(rest, '.');
      scope = {member(*scope.value, std::string(name)), scope.pointer + '/' + std::string(name)};
      if (scope.value == nullptr) {
        if (must) fail("there is no '" + std::string(path) + "'");
        return {};
      }
      rest = after;
    }
    return scope;
  }

  static const Json* member(const Json& value, const std::string& name) {
    if (value.is_object() && value.contains(name)) return &value.at(name);
    const bool is_index = value.is_array() && name.find_first_not_of("0123456789") == name.npos;
    if (is_index && std::stoul(name) < value.size()) return &value.at(std::stoul(name));
    return nullptr;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Scope> scopes_{};
};

}  // namespace

std::string render_template(std::string_view text, const Json& values) {
  return Renderer(text, values).render();
}

}  // namespace mnist
