// The library parses and renders; it asks a context for each name. Ours looks the name up in the
// JSON and remembers, for everything it returns, which value that was and its JSON pointer.
#include "mnist/report/template.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include <kainjow/mustache.hpp>

#include "mnist/base/error.h"
#include "mnist/report/markup.h"
#include "mnist/report/number_text.h"

namespace mnist {
namespace {

namespace mustache = kainjow::mustache;
using Json = nlohmann::ordered_json;

[[noreturn]] void fail(const std::string& problem) {
  throw Error(ErrorKind::kUsage, "template: " + problem);
}

// "name|filter" -> both.
std::pair<std::string, std::string> split(const std::string& text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

struct Scope {
  const Json* value;
  std::string pointer;
};

bool shows_nothing(const Json& value) {
  return value.is_null() || value == Json(false) || value == Json("") || value == Json::array();
}

std::string shown_number(double value, const std::string& filter) {
  const auto [name, argument] = split(filter, ' ');
  const int decimals = argument.empty() ? 0 : argument[0] - '0';
  if (name == "count") return fixed_text(value, 0);
  if (name == "fixed") return fixed_text(value, decimals);
  if (name == "percent") return fixed_text(100 * value, decimals) + "\u00a0%";
  if (name == "probability") return value < 0.0001 ? "< 0.0001" : fixed_text(value, 4);
  fail("unknown filter '" + name + "'");
}

std::string number_markup(const Scope& scope, const std::string& filter) {
  const Json& value = *scope.value;
  if (!value.is_number() && !value.is_null()) fail(scope.pointer + " is not a number");
  const std::string shown = value.is_null() ? "\u2013" : shown_number(value.get<double>(), filter);
  return "<data value=\"" + value.dump() + "\" data-json=\"" + escape_markup(scope.pointer) +
         "\">" + escape_markup(shown) + "</data>";
}

std::string text_of(const Scope& scope, const std::string& tag) {
  if (scope.value->is_string()) return scope.value->get<std::string>();
  if (scope.value->is_number_integer()) return scope.value->dump();
  fail("'" + tag + "' is not text");
}

class JsonContext : public mustache::basic_context<std::string> {
 public:
  explicit JsonContext(const Json& values) { scopes_.push_back({&values, ""}); }

  void push(const mustache::data* section) override { scopes_.push_back(scope_of_.at(section)); }
  void pop() override { scopes_.pop_back(); }

  // The library does not say whether it asks for a section; the name's "?" does.
  const mustache::data* get(const std::string& tag) const override {
    if (tag.ends_with('?')) return section(find(tag.substr(0, tag.size() - 1)));
    const auto [name, filter] = split(tag, '|');
    const Scope found = find(name);
    if (found.value == nullptr) fail("there is no '" + name + "'");
    if (filter.empty()) return keep(escape_markup(text_of(found, tag)), found);
    if (filter == "markup") return keep(text_of(found, tag), found);
    return keep(number_markup(found, filter), found);
  }

  const mustache::data* get_partial(const std::string& name) const override {
    fail("'" + name + "' cannot be included");
  }

 private:
  const mustache::data* section(const Scope& scope) const {
    if (scope.value == nullptr || shows_nothing(*scope.value)) return nullptr;
    if (!scope.value->is_array()) return keep(true, scope);
    const mustache::data* list = keep(mustache::list(scope.value->size()), scope);
    for (std::size_t i = 0; i < scope.value->size(); ++i) {
      scope_of_[&list->list_value()[i]] = {&scope.value->at(i),
                                           scope.pointer + '/' + std::to_string(i)};
    }
    return list;
  }

  const mustache::data* keep(mustache::data data, const Scope& scope) const {
    const mustache::data* kept = &kept_.emplace_back(std::move(data));
    scope_of_[kept] = scope;
    return kept;
  }

  // The innermost scope that has the path's first name decides. Returned without a value: there is
  // none.
  Scope find(const std::string& path) const {
    if (path == ".") return scopes_.back();
    std::string pointer = '/' + path;
    std::ranges::replace(pointer, '.', '/');
    const std::string first = split(path, '.').first;
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (!scope->value->is_object() || !scope->value->contains(first)) continue;
      const Json::json_pointer rest(pointer);
      if (!scope->value->contains(rest)) return {};
      return {&scope->value->at(rest), scope->pointer + pointer};
    }
    return {};
  }

  std::vector<Scope> scopes_;
  // Everything that get(), which must be const, has returned: the renderer holds on to it.
  mutable std::deque<mustache::data> kept_;
  mutable std::unordered_map<const mustache::data*, Scope> scope_of_;
};

}  // namespace

std::string render_template(std::string_view text, const Json& values) {
  mustache::mustache page{std::string(text)};
  if (!page.is_valid()) fail(page.error_message());
  page.set_custom_escape([](const std::string& shown) { return shown; });  // done by get()
  JsonContext context(values);
  std::ostringstream out;
  return page.render(context, out).str();
}

}  // namespace mnist
