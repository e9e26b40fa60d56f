// A page from a template and a JSON value. Thread-safe.
//
// The language is Mustache (https://mustache.github.io) as libkainjow-mustache reads it, but
// missing names are errors, and a number is shown together with its origin, so a script can check a
// page against the JSON it was made from.
//
//   {{name}}             text, escaped for HTML; a.b.0 leads through objects and lists
//   {{name|markup}}      the same, not escaped
//   {{name|filter n}}    a number, as <data value="unrounded" data-json="/its/pointer">shown</data>
//   {{#name?}}…{{/name?}} for each element of a list; once for an object (whose members are then
//                        found first), true, a number or text that is not empty; otherwise, and if
//                        there is no such name, not at all
//   {{^name?}}…{{/name?}} if the other would show nothing
//   {{.}}                the element itself; {{.|filter}} too
//   {{!…}}               a comment
//
// Filters: count (a whole number), fixed n (n decimals), percent n (0.25 as 25 %), probability
// (4 decimals, "< 0.0001" below that). null is shown as a dash.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace mnist {

// Throws Error{kUsage} for a missing name, a value that cannot be shown where it is named, an
// unknown filter and sections that do not nest: mistakes by the template's author.
std::string render_template(std::string_view text, const nlohmann::ordered_json& values);

}  // namespace mnist
