// What is printed or drawn for a digit to stand in or on, and is no part of it: boxes, circles,
// rows of cells, combs, underlines. Internal to lib/mnist/digit. Thread-safe.
#pragma once

#include <vector>

#include <opencv2/core.hpp>

#include "mnist/digit/marks.h"

namespace mnist::ink {

// Takes the boxes, circles and rows of closed cells away that stand apart around other marks of at
// least `least` pixels. Returns the box of the largest, empty where there is none. `labels` as in
// `Page`.
cv::Rect drop_outlines(std::vector<Mark>& marks, const cv::Mat1i& labels, double least);

// Takes the underlines and combs of several digits away, and the area of their ink from the page's.
void drop_long_rules(std::vector<Mark>& marks, Page& page);

// The same with other underlines and combs, and with the upright sides of cells.
void drop_rules(Page& page);

// Whether `line` is an underline, an overline or a comb of `digit`, at least `least` of its height
// long.
inline constexpr double kLongEnough = 0.8;
bool is_rule_of(const cv::Rect& line, const cv::Rect& digit, double least = kLongEnough);

}  // namespace mnist::ink
