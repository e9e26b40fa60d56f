// A page from a template and a JSON value. Thread-safe.
//
// The language is that of Mustache (https://mustache.github.io), with names that are paths, and one
// addition: a number is shown together with where it comes from, so that a script can hold a page
// against the JSON that it was made from.
//
//   {{name}}            text, escaped for HTML; a.b.0 leads through objects and lists
//   {{&name}}           the same, as it is: markup
//   {{name|filter n}}   a number, as <data value="unrounded" data-json="/its/pointer">shown</data>
//   {{#name}}…{{/name}} for each element of a list; once for an object (whose members are then
//                       found first), true, a number or text that is not empty; else not at all
//   {{^name}}…{{/name}} where the other would show nothing
//   {{.}}               the element itself; {{.|filter}} too
//   {{!…}}              a comment
//
// Filters: count (a whole number), fixed n (n decimals), percent n (0.25 as 25 %), probability
// (4 decimals, "< 0.0001" below that). null is shown as a dash.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace mnist {

// Throws Error{kUsage} for a name that is not there, a value that its place cannot show, an unknown
// filter and sections that do not nest: mistakes of the template's author.
std::string render_template(std::string_view text, const nlohmann::ordered_json& values);

}  // namespace mnist
