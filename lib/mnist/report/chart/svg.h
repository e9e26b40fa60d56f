// Chart -> SVG. Thread-safe.
#pragma once

#include <string>

#include "mnist/report/chart/shapes.h"

namespace mnist::chart {

// An <svg> element to stand inside an HTML page: it takes the page's font, scales to the width it
// is given, and follows dark mode where the page holds dark_style().
std::string inline_svg(const Chart& drawing);

// A file of its own: the same with ground, font and dark mode inside. Shows its light colours in
// viewers that know no style sheets.
std::string svg_document(const Chart& drawing);

}  // namespace mnist::chart
