// Chart -> SVG. Thread-safe.
#pragma once

#include <string>

#include "mnist/report/chart/shapes.h"

namespace mnist::chart {

// An <svg> element for an HTML page: it takes the page's font, scales to the width it is given, and
// follows dark mode if the page has dark_style().
std::string inline_svg(const Chart& drawing);

// A separate file: the same, including background, font and dark mode. Shows its light colours in
// viewers that do not support style sheets.
std::string svg_document(const Chart& drawing);

}  // namespace mnist::chart
