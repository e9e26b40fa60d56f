#include "mnist/report/template.h"

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {
namespace {

using Json = nlohmann::ordered_json;

std::string render(const std::string& text, const std::string& values) {
  return render_template(text, Json::parse(values));
}

}  // namespace

TEST_CASE("a template's names become the text they stand for, fit for HTML", "[report]") {
  CHECK(render("a {{x}} {{ o.y }}", R"({"x": "<1>", "o": {"y": 7}})") == "a &lt;1&gt; 7");
  CHECK(render("{{l.1.a}}", R"({"l": [0, {"a": "second"}]})") == "second");
  CHECK(render("{{x|markup}}", R"({"x": "<b>"})") == "<b>");
  CHECK(render("a{{! nothing }}b", "{}") == "ab");
}

TEST_CASE("a number is shown with its unrounded value and where it comes from", "[report]") {
  CHECK(render("{{a.b|percent 1}}", R"({"a": {"b": 0.98765}})") ==
        "<data value=\"0.98765\" data-json=\"/a/b\">98.8\u00a0%</data>");
  CHECK(render("{{#l?}}{{.|count}}{{/l?}}", R"({"l": [3, 4]})") ==
        "<data value=\"3\" data-json=\"/l/0\">3</data>"
        "<data value=\"4\" data-json=\"/l/1\">4</data>");
  CHECK(render("{{x|fixed 2}}", R"({"x": null})") ==
        "<data value=\"null\" data-json=\"/x\">\u2013</data>");
  CHECK(render("{{x|probability}}", R"({"x": 1e-9})") ==
        "<data value=\"1e-09\" data-json=\"/x\">&lt; 0.0001</data>");
}

TEST_CASE("a section is repeated for each element, whose members are found first", "[report]") {
  CHECK(render("{{#l?}}{{n}}{{m}};{{/l?}}",
               R"({"m": "x", "n": "y", "l": [{"n": 1}, {"m": "z"}]})") == "1x;yz;");
  CHECK(render("{{#o?}}{{n}}{{/o?}}", R"({"o": {"n": 1}})") == "1");
  CHECK(render("{{#a?}}{{#b?}}{{.}}{{/b?}}|{{/a?}}", R"({"a": [{"b": [1, 2]}, {"b": []}]})") ==
        "12||");
}

TEST_CASE("a section of nothing is left out, and its inverse is shown", "[report]") {
  for (const char* nothing :
       {R"({"x": []})", R"({"x": false})", R"({"x": null})", R"({"x": ""})", "{}"}) {
    INFO(nothing);
    CHECK(render("{{#x?}}some{{y}}{{#z?}}{{/z?}}{{/x?}}{{^x?}}none{{/x?}}", nothing) == "none");
  }
  CHECK(render("{{#x?}}some{{/x?}}{{^x?}}none{{/x?}}", R"({"x": 0})") == "some");
}

TEST_CASE("a line with nothing but the ends of sections leaves none in the page", "[report]") {
  CHECK(render("<ul>\n{{#l?}}\n<li>{{.}}</li>\n{{/l?}}\n</ul>\n", R"({"l": [1, 2]})") ==
        "<ul>\n<li>1</li>\n<li>2</li>\n</ul>\n");
}

TEST_CASE("a template's mistakes are errors", "[report]") {
  CHECK_THROWS_WITH(render("{{x}}", "{}"), "template: there is no 'x'");
  CHECK_THROWS_WITH(render("{{x.y}}", R"({"x": {}})"), "template: there is no 'x.y'");
  CHECK_THROWS_WITH(render("{{x|odd}}", R"({"x": 1})"), "template: unknown filter 'odd'");
  for (const char* text : {"{{#x?}}", "{{/x?}}", "{{#x?}}{{#l?}}{{/x?}}{{/l?}}", "{{#y}}{{/y}}",
                           "{{x", "{{}}", "{{l}}", "{{s|count}}", "{{>s}}"}) {
    INFO(text);
    CHECK_THROWS_AS(render(text, R"({"x": 1, "l": [], "s": "t"})"), Error);
  }
}

}  // namespace mnist
