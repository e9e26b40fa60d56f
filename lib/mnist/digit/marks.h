// Ink -> marks: the connected strokes of a picture, and which of them make up a digit. Internal to
// lib/mnist/digit. Thread-safe.
#pragma once

#include <algorithm>
#include <vector>

#include <opencv2/core.hpp>

#include "mnist/digit/ink.h"

namespace mnist::ink {

// One connected piece of ink.
struct Mark {
  int label = 0;
  cv::Rect box;
  int area = 0;
  cv::Point2d centre;
};

// Marks that make up one digit.
struct Group {
  std::vector<Mark> marks;
  cv::Rect box;
  int area = 0;
};

struct Page {
  cv::Mat1i labels;           // of `Mark`; 0 is paper
  std::vector<Group> groups;  // the most prominent (large, near the middle) first
  int area = 0;               // of all ink, specks too; not of what was left out as no digit's
  cv::Rect outline;           // of the largest box or circle left out; empty where there is none
};

inline int extent(const cv::Rect& box) { return std::max(box.width, box.height); }

// The digits that `map` may hold: at most 2000, however dotted it is. Specks belong to none.
Page find_groups(const InkMap& map);

// 255 where the ink of `group` is, in its box.
cv::Mat1b mask_of(const Group& group, const Page& page);

// The ink of `group` alone, in its box: other marks are paper, soft edges of its own strokes stay.
cv::Mat1f strength_of(const Group& group, const Page& page, const InkMap& map);

// The mean darkness of its ink against the paper, 0 to 255.
double darkness_of(const Group& group, const Page& page, const InkMap& map);

}  // namespace mnist::ink
