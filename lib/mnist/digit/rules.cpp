// Outlines are looked for among the marks, before these are joined: what is in a box would be taken
// for its part. Rules are looked for among the groups, against whole digits.
#include "mnist/digit/rules.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iterator>

#include <opencv2/imgproc.hpp>

namespace mnist::ink {
namespace {

constexpr std::size_t kMostLooks = 8;  // at the largest outlines, at the highest sides

// The paper that `outline` leaves in its box, in pieces.
struct Holes {
  cv::Mat1i labels;
  cv::Mat1i stats;

  Holes(const Mark& outline, const cv::Mat1i& marks) {
    cv::Mat1d centres;
    cv::connectedComponentsWithStats(marks(outline.box) != outline.label, labels, stats, centres, 4,
                                     CV_32S);
  }
  cv::Rect around(const cv::Point& at) const {
    const int hole = labels(at);
    return {stats(hole, cv::CC_STAT_LEFT), stats(hole, cv::CC_STAT_TOP),
            stats(hole, cv::CC_STAT_WIDTH), stats(hole, cv::CC_STAT_HEIGHT)};
  }
};

cv::Point topmost_pixel(const Mark& mark, const cv::Mat1i& labels) {
  const cv::Mat1i top = labels(cv::Rect(mark.box.tl(), cv::Size(mark.box.width, 1)));
  const auto x = std::find(top.begin(), top.end(), mark.label) - top.begin();
  return mark.box.tl() + cv::Point(static_cast<int>(x), 0);
}

// Whether a mark stands apart in a hole of `outline` and fills much of its height. What lies in the
// loop of a digit is lower.
bool is_around_another(const Mark& outline, const std::vector<Mark>& marks,
                       const cv::Mat1i& labels) {
  constexpr double kHigh = 0.35;    // of the hole
  constexpr double kMostInk = 0.5;  // of its box
  std::vector<Mark> inside;
  std::copy_if(marks.begin(), marks.end(), std::back_inserter(inside), [&](const Mark& mark) {
    return mark.label != outline.label && (mark.box & outline.box) == mark.box;
  });
  if (inside.empty() || outline.area > kMostInk * outline.box.area()) return false;
  const Holes holes(outline, labels);
  const cv::Rect within(1, 1, outline.box.width - 2, outline.box.height - 2);
  return std::any_of(inside.begin(), inside.end(), [&](const Mark& mark) {
    const cv::Rect hole = holes.around(topmost_pixel(mark, labels) - outline.box.tl());
    return (hole & within) == hole && mark.box.height > kHigh * hole.height;
  });
}

// Left and right of what is written, level, and higher than all between them. A 1 at each end of a
// number is hardly ever upright, level and higher.
bool are_sides(const cv::Rect& a, const cv::Rect& b, const std::vector<Group>& groups) {
  constexpr double kLevel = 0.03;  // of their height
  constexpr double kLower = 0.85;  // what is between them
  constexpr double kHigh = 0.4;    // the same: more than the point of 1.1
  const int ends = std::max(std::abs(a.y - b.y), std::abs(a.br().y - b.br().y));
  const int height = std::min(a.height, b.height);
  if (ends > kLevel * height) return false;
  int highest = 0;  // between them
  for (const Group& group : groups) {
    const cv::Rect& box = group.box;
    if (box.x > std::min(a.br().x, b.br().x) && box.br().x < std::max(a.x, b.x)) {
      highest = std::max(highest, box.height);
    }
  }
  return highest > kHigh * height && highest < kLower * height;
}

std::vector<cv::Rect> upright_lines(const std::vector<Group>& groups) {
  constexpr double kNarrow = 0.15;   // of its height
  constexpr double kStraight = 1.4;  // of its mean width
  std::vector<cv::Rect> lines;
  for (const Group& group : groups) {
    const cv::Rect& box = group.box;
    const double mean_width = static_cast<double>(group.area) / box.height;
    if (box.width < kNarrow * box.height && box.width < kStraight * mean_width) {
      lines.push_back(box);
    }
  }
  return lines;
}

std::vector<cv::Rect> sides_of_cells(const std::vector<Group>& groups) {
  std::vector<cv::Rect> lines = upright_lines(groups);
  std::sort(lines.begin(), lines.end(),
            [](const cv::Rect& a, const cv::Rect& b) { return a.height > b.height; });
  lines.resize(std::min(lines.size(), kMostLooks));
  std::vector<cv::Rect> sides;
  for (const cv::Rect& a : lines) {
    for (const cv::Rect& b : lines) {
      if (a.x < b.x && are_sides(a, b, groups)) sides.insert(sides.end(), {a, b});
    }
  }
  return sides;
}

std::vector<cv::Rect> underlines(const std::vector<Group>& groups) {
  constexpr double kHigh = 0.5;  // of the highest: a digit, not dirt above the bar of a 7
  int highest = 0;
  for (const Group& group : groups) highest = std::max(highest, group.box.height);
  std::vector<cv::Rect> lines;
  for (const Group& line : groups) {
    const auto is_over = [&](const Group& digit) {
      return digit.box.height > kHigh * highest && is_rule_of(line.box, digit.box);
    };
    if (std::any_of(groups.begin(), groups.end(), is_over)) lines.push_back(line.box);
  }
  return lines;
}

void drop(const std::vector<cv::Rect>& boxes, Page& page) {
  std::erase_if(page.groups, [&](const Group& group) {
    const bool is_dropped = std::find(boxes.begin(), boxes.end(), group.box) != boxes.end();
    if (is_dropped) page.area -= group.area;
    return is_dropped;
  });
}

}  // namespace

void drop_outlines(std::vector<Mark>& marks, const cv::Mat1i& labels) {
  std::vector<Mark> outlines(std::min(marks.size(), kMostLooks));
  std::partial_sort_copy(marks.begin(), marks.end(), outlines.begin(), outlines.end(),
                         [](const Mark& a, const Mark& b) { return a.box.area() > b.box.area(); });
  std::erase_if(outlines,
                [&](const Mark& mark) { return !is_around_another(mark, marks, labels); });
  std::erase_if(marks, [&](const Mark& mark) {
    return std::any_of(outlines.begin(), outlines.end(),
                       [&](const Mark& outline) { return outline.label == mark.label; });
  });
}

void drop_rules(Page& page) {
  drop(underlines(page.groups), page);
  drop(sides_of_cells(page.groups), page);
}

// Flat, below the digit or above it, and longer on both sides. The bar of a 5 or a 7 is longer on
// one, and the foot of a 1 is short. A comb's teeth reach up beside the digit.
bool is_rule_of(const cv::Rect& line, const cv::Rect& digit) {
  constexpr double kFlat = 0.25;  // of its width
  constexpr double kLong = 0.8;   // of the digit's height
  const int middle = digit.y + digit.height / 2;
  const bool below = line.y > middle && line.br().y > digit.br().y;
  const bool above = line.br().y < middle && line.y < digit.y;
  return (below || above) && line.height < kFlat * line.width &&
         line.width > kLong * digit.height && line.x < digit.x && line.br().x > digit.br().x;
}

}  // namespace mnist::ink
