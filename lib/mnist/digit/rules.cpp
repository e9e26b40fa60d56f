// Outlines and long rules are looked for among the marks, before these are joined: what is in a box
// or over the end of a line would be taken for its part. Shorter rules are looked for among the
// groups: the bar of a 5 is one of its belly, not of the whole digit.
#include "mnist/digit/rules.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <unordered_set>

#include <opencv2/imgproc.hpp>

namespace mnist::ink {
namespace {

// The ink of `outline` in its box. Who draws one does not always close it: gaps are bridged.
cv::Mat1b closed(const Mark& outline, const cv::Mat1i& labels) {
  constexpr double kGap = 0.08;  // of its shorter side
  const cv::Mat1b ink = labels(outline.box) == outline.label;
  const int gap = cvRound(kGap * std::min(outline.box.width, outline.box.height)) | 1;
  cv::Mat1b bridged;
  cv::copyMakeBorder(ink, bridged, gap, gap, gap, gap, cv::BORDER_CONSTANT, 0);
  cv::morphologyEx(bridged, bridged, cv::MORPH_CLOSE,
                   cv::getStructuringElement(cv::MORPH_RECT, {gap, gap}));
  return bridged(cv::Rect({gap, gap}, outline.box.size()));
}

// The paper that `outline` leaves in its box, in pieces. 8-connected ink parts paper that is
// 4-connected.
struct Paper {
  cv::Mat1i labels;
  cv::Mat1i stats;
  cv::Rect within;  // the box without its outermost pixels: a piece that keeps to it is a hole

  Paper(const Mark& outline, const cv::Mat1i& marks)
      : within(1, 1, outline.box.width - 2, outline.box.height - 2) {
    cv::Mat1d centres;
    cv::connectedComponentsWithStats(~closed(outline, marks), labels, stats, centres, 4, CV_32S);
  }
  cv::Rect box_of(int piece) const {
    return {stats(piece, cv::CC_STAT_LEFT), stats(piece, cv::CC_STAT_TOP),
            stats(piece, cv::CC_STAT_WIDTH), stats(piece, cv::CC_STAT_HEIGHT)};
  }
  bool is_hole(int piece) const { return piece != 0 && (box_of(piece) & within) == box_of(piece); }
  int area_of_holes() const {
    int area = 0;
    for (int piece = 1; piece < stats.rows; ++piece) {
      if (is_hole(piece)) area += stats(piece, cv::CC_STAT_AREA);
    }
    return area;
  }
};

cv::Point topmost_pixel(const Mark& mark, const cv::Mat1i& labels) {
  const cv::Mat1i top = labels(cv::Rect(mark.box.tl(), cv::Size(mark.box.width, 1)));
  const auto x = std::find(top.begin(), top.end(), mark.label) - top.begin();
  return mark.box.tl() + cv::Point(static_cast<int>(x), 0);
}

// Whether `outline` is half holes, and one of `inside`, the marks in its box, fills much of the
// height of one. The loop of a 0 is less of its box: up to 0.49 in 99 of 100 of MNIST's.
bool is_around_one_of(const std::vector<Mark>& inside, const Mark& outline,
                      const cv::Mat1i& labels) {
  constexpr double kHollow = 0.5;  // of its box; a circle leaves 0.7
  constexpr double kSquare = 0.8;  // no loop
  const Paper paper(outline, labels);
  const double hollow = static_cast<double>(paper.area_of_holes()) / outline.box.area();
  if (hollow < kHollow) return false;
  const double high = hollow < kSquare ? 0.35 : 0.1;  // of the hole
  return std::any_of(inside.begin(), inside.end(), [&](const Mark& mark) {
    const int piece = paper.labels(topmost_pixel(mark, labels) - outline.box.tl());
    return paper.is_hole(piece) && mark.box.height > high * paper.box_of(piece).height;
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
  constexpr std::size_t kMostLooks = 8;  // at the highest
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

// How far the ink of a column reaches from top to bottom, on average.
double thickness_of(const Group& group, const Page& page) {
  const cv::Mat1b ink = mask_of(group, page);
  int reach = 0;
  for (int x = 0; x < ink.cols; ++x) reach += cv::boundingRect(ink.col(x)).height;
  return static_cast<double>(reach) / ink.cols;
}

// Those of `groups` that are rules of others, at least `least` of their heights long.
std::vector<cv::Rect> rules_among(const std::vector<Group>& groups, const Page& page,
                                  double least) {
  constexpr double kHigh = 0.5;   // of the highest: a digit, not dirt above the bar of a 7
  constexpr double kThin = 0.25;  // of the digit's height: no row of touching digits
  int highest = 0;
  for (const Group& group : groups) highest = std::max(highest, group.box.height);
  std::vector<cv::Rect> lines;
  for (const Group& line : groups) {
    const auto digit = std::find_if(groups.begin(), groups.end(), [&](const Group& other) {
      return other.box.height > kHigh * highest && is_rule_of(line.box, other.box, least);
    });
    if (digit != groups.end() && thickness_of(line, page) < kThin * digit->box.height) {
      lines.push_back(line.box);
    }
  }
  return lines;
}

// `ink`: marks or groups of `page`.
template <typename Ink>
void drop(const std::vector<cv::Rect>& boxes, std::vector<Ink>& ink, Page& page) {
  std::erase_if(ink, [&](const Ink& piece) {
    const bool is_dropped = std::find(boxes.begin(), boxes.end(), piece.box) != boxes.end();
    if (is_dropped) page.area -= piece.area;
    return is_dropped;
  });
}

}  // namespace

cv::Rect drop_outlines(std::vector<Mark>& marks, const cv::Mat1i& labels, double least) {
  constexpr double kMostPages = 4;  // of paper to look at: boxes within boxes take time
  std::vector<Mark> large;          // specks may be too many to hold each against each
  std::copy_if(marks.begin(), marks.end(), std::back_inserter(large),
               [&](const Mark& mark) { return extent(mark.box) >= least; });
  std::sort(large.begin(), large.end(),
            [](const Mark& a, const Mark& b) { return a.box.area() > b.box.area(); });
  double looked_at = 0;
  cv::Rect largest;
  std::unordered_set<int> outlines;
  for (const Mark& outline : large) {
    std::vector<Mark> inside;
    std::copy_if(large.begin(), large.end(), std::back_inserter(inside), [&](const Mark& mark) {
      return mark.label != outline.label && (mark.box & outline.box) == mark.box;
    });
    if (inside.empty()) continue;
    looked_at += outline.box.area();
    if (looked_at > kMostPages * static_cast<double>(labels.total())) break;
    if (!is_around_one_of(inside, outline, labels)) continue;
    if (largest.empty()) largest = outline.box;
    outlines.insert(outline.label);
  }
  std::erase_if(marks, [&](const Mark& mark) { return outlines.contains(mark.label); });
  return largest;
}

void drop_long_rules(std::vector<Mark>& marks, Page& page) {
  constexpr double kLong = 1.5;  // of a mark's height: the bar of a 5 is shorter
  std::vector<Group> groups;
  groups.reserve(marks.size());
  for (const Mark& mark : marks) {
    groups.push_back({.marks = {mark}, .box = mark.box, .area = mark.area});
  }
  const std::vector<cv::Rect> rules = rules_among(groups, page, kLong);
  drop(rules, marks, page);
}

void drop_rules(Page& page) {
  drop(rules_among(page.groups, page, kLongEnough), page.groups, page);
  drop(sides_of_cells(page.groups), page.groups, page);
}

// Flat, below the digit or above it, and longer on both sides. The bar of a 5 or a 7 is longer on
// one, and the foot of a 1 is short. A comb's teeth reach up beside the digit.
bool is_rule_of(const cv::Rect& line, const cv::Rect& digit, double least) {
  constexpr double kFlat = 0.25;  // of its width
  const int middle = digit.y + digit.height / 2;
  const bool below = line.y > middle && line.br().y > digit.br().y;
  const bool above = line.br().y < middle && line.y < digit.y;
  return (below || above) && line.height < kFlat * line.width &&
         line.width > least * digit.height && line.x < digit.x && line.br().x > digit.br().x;
}

}  // namespace mnist::ink
