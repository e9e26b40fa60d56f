// Connected components with hysteresis (Canny 1986): faint pixels count where they hang together
// with a dark one. Components are then joined to digits by distance and height: a flat piece close
// to a tall one is its bar or its hook, two tall ones side by side are two digits.
#include "mnist/digit/marks.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <unordered_set>

#include <opencv2/imgproc.hpp>

#include "mnist/digit/rules.h"

namespace mnist::ink {
namespace {

constexpr double kSpeck = 0.02;      // of the page's longer side: smaller marks are dirt
constexpr double kFewestPixels = 5;  // of the picture itself, on a digit's longer side
constexpr double kFragment = 0.5;    // of the taller one's height: lower marks are parts of it
constexpr double kReach = 0.25;      // of its extent: how far parts lie off
constexpr double kBreak = 0.06;      // of its extent: a gap in a stroke
constexpr double kLeastPart = 0.02;  // of its area
// Of so many marks the most prominent are looked at: more is noise, and grouping takes the square
// of their number.
constexpr std::size_t kMostMarks = 2000;

double gap(const cv::Rect& a, const cv::Rect& b) {
  const int x = std::max({0, a.x - b.br().x, b.x - a.br().x});
  const int y = std::max({0, a.y - b.br().y, b.y - a.br().y});
  return std::hypot(x, y);
}

std::vector<Mark> find_marks(const InkMap& map, cv::Mat1i& labels) {
  cv::Mat1i stats;
  cv::Mat1d centres;
  const int count = cv::connectedComponentsWithStats(map.darkness > map.tones.low, labels, stats,
                                                     centres, 8, CV_32S);
  std::vector<uchar> is_ink(count, 0);
  for (int y = 0; y < labels.rows; ++y) {
    for (int x = 0; x < labels.cols; ++x) {
      if (map.darkness(y, x) > map.tones.high) is_ink[labels(y, x)] = 1;
    }
  }
  std::vector<Mark> marks;
  for (int label = 1; label < count; ++label) {
    if (is_ink[label] == 0) continue;
    marks.push_back({.label = label,
                     .box = {stats(label, cv::CC_STAT_LEFT), stats(label, cv::CC_STAT_TOP),
                             stats(label, cv::CC_STAT_WIDTH), stats(label, cv::CC_STAT_HEIGHT)},
                     .area = stats(label, cv::CC_STAT_AREA),
                     .centre = {centres(label, 0), centres(label, 1)}});
  }
  return marks;
}

// How much a mark looks like what the picture is about. Digits lie within the picture; what its
// edge cuts is more often a neighbour or a shadow.
double prominence(const Mark& mark, const cv::Size& page) {
  const double x = mark.centre.x / page.width - 0.5;
  const double y = mark.centre.y / page.height - 0.5;
  const cv::Rect inside(1, 1, page.width - 2, page.height - 2);
  const double whole = (mark.box & inside) == mark.box ? 1.0 : 0.6;
  return std::sqrt(mark.area) * extent(mark.box) * std::exp(-2 * (x * x + y * y)) * whole;
}

bool belongs(const Mark& mark, const Group& group) {
  if (is_rule_of(mark.box, group.box) || is_rule_of(group.box, mark.box)) return false;
  const int tall = std::max(mark.box.height, group.box.height);
  const int low = std::min(mark.box.height, group.box.height);
  const double reach = low < kFragment * tall ? kReach : kBreak;
  return gap(mark.box, group.box) <= reach * extent(group.box) &&
         mark.area >= kLeastPart * group.area;
}

Group collect(std::vector<Mark>& left) {
  Group group{.marks = {left.front()}, .box = left.front().box, .area = left.front().area};
  left.erase(left.begin());
  for (auto mark = left.begin(); mark != left.end();) {
    if (!belongs(*mark, group)) {
      ++mark;
      continue;
    }
    group.box |= mark->box;
    group.area += mark->area;
    group.marks.push_back(*mark);
    left.erase(mark);
    mark = left.begin();
  }
  return group;
}

}  // namespace

Page find_groups(const InkMap& map) {
  Page page;
  if (map.is_blank()) return page;
  std::vector<Mark> marks = find_marks(map, page.labels);
  const cv::Size size = map.darkness.size();
  const double speck = std::max(kSpeck * std::max(size.width, size.height),
                                kFewestPixels * std::max(1.0, map.scale));
  page.outline = drop_outlines(marks, page.labels, speck);
  for (const Mark& mark : marks) page.area += mark.area;
  std::sort(marks.begin(), marks.end(), [&](const Mark& a, const Mark& b) {
    return prominence(a, size) > prominence(b, size);
  });
  if (marks.size() > kMostMarks) marks.resize(kMostMarks);
  drop_long_rules(marks, page);
  while (!marks.empty()) {
    Group group = collect(marks);
    if (extent(group.box) >= speck) page.groups.push_back(std::move(group));
  }
  drop_rules(page);
  return page;
}

cv::Mat1b mask_of(const Group& group, const Page& page) {
  std::unordered_set<int> own_labels;
  for (const Mark& mark : group.marks) own_labels.insert(mark.label);
  const cv::Mat1i labels = page.labels(group.box);
  cv::Mat1b own(group.box.size(), 0);
  std::transform(labels.begin(), labels.end(), own.begin(), [&](int label) -> uchar {
    return label != 0 && own_labels.contains(label) ? 255 : 0;
  });
  return own;
}

cv::Mat1f strength_of(const Group& group, const Page& page, const InkMap& map) {
  cv::Mat1b own = mask_of(group, page);
  constexpr int kSoftEdge = 2;
  cv::copyMakeBorder(own, own, kSoftEdge, kSoftEdge, kSoftEdge, kSoftEdge, cv::BORDER_CONSTANT, 0);
  cv::dilate(own, own, cv::Mat(), {-1, -1}, kSoftEdge);

  const cv::Rect box(group.box.tl() - cv::Point(kSoftEdge, kSoftEdge), own.size());
  const cv::Rect there = box & cv::Rect({}, map.darkness.size());
  cv::Mat1f strength(own.size(), 0.0F);
  strength_of(map.darkness(there), map.tones)
      .copyTo(strength(there - box.tl()), own(there - box.tl()));
  return strength;
}

double darkness_of(const Group& group, const Page& page, const InkMap& map) {
  return cv::mean(map.darkness(group.box), mask_of(group, page))[0] - map.tones.paper;
}

}  // namespace mnist::ink
