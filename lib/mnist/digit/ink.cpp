// The paper under the ink is what a closing wider than any stroke leaves. A pixel's darkness is
// its distance from that paper as a share of the paper's light, so that shadows cancel. Ink is
// what Otsu's threshold separates among the pixels that are darker than the paper's own noise.
#include "mnist/digit/ink.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/digit/light.h"

namespace mnist::ink {
namespace {

constexpr int kThumbnail = 128;        // light and paper vary slowly: a thumbnail shows them
constexpr double kLeastContrast = 16;  // of 255; what differs less is no ink

using Histogram = std::array<double, 256>;

Histogram histogram_of(const cv::Mat1b& values) {
  std::array<int, 256> counts{};
  for (int y = 0; y < values.rows; ++y) {
    for (int x = 0; x < values.cols; ++x) ++counts[values(y, x)];
  }
  Histogram histogram;
  std::copy(counts.begin(), counts.end(), histogram.begin());
  return histogram;
}

// Continuous, each count spread evenly over its level.
double quantile(const Histogram& histogram, double count) {
  double seen = 0;
  for (int level = 0; level < 256; ++level) {
    if (seen + histogram[level] >= count) {
      return level + (count - seen) / std::max(1.0, histogram[level]);
    }
    seen += histogram[level];
  }
  return 255;
}

// Otsu (1979) among the levels from `first` on: the last level of the lower class.
int otsu(const Histogram& histogram, int first) {
  double count = 0;
  double sum = 0;
  for (int level = first; level < 256; ++level) {
    count += histogram[level];
    sum += level * histogram[level];
  }
  double below = 0;
  double below_sum = 0;
  double best = 0;
  int threshold = first;
  for (int level = first; level < 255; ++level) {
    below += histogram[level];
    below_sum += level * histogram[level];
    const double above = count - below;
    if (below == 0 || above == 0) continue;
    const double difference = below_sum / below - (sum - below_sum) / above;
    const double variance = below * above * difference * difference;
    if (variance > best) {
      best = variance;
      threshold = level;
    }
  }
  return threshold;
}

double mean_above(const Histogram& histogram, int threshold) {
  double count = 0;
  double sum = 0;
  for (int level = threshold + 1; level < 256; ++level) {
    count += histogram[level];
    sum += level * histogram[level];
  }
  return count == 0 ? 0 : sum / count;
}

Tones tones_of(const cv::Mat1b& darkness, bool darker_ink = false) {
  const Histogram histogram = histogram_of(darkness);
  const auto total = static_cast<double>(darkness.total());
  Tones tones;
  tones.paper = quantile(histogram, 0.30 * total);
  tones.noise = (tones.paper - quantile(histogram, 0.05 * total)) / 1.1;
  double floor = std::min(254.0, tones.paper + 3 * tones.noise + kLeastContrast / 2);
  int threshold = otsu(histogram, static_cast<int>(floor));
  if (darker_ink) {
    floor = threshold;
    threshold = otsu(histogram, threshold);
  }
  tones.ink = mean_above(histogram, threshold);
  tones.low = std::max(floor, tones.paper + 0.35 * (tones.ink - tones.paper));
  tones.high = std::max<double>(tones.low, threshold);
  return tones;
}

cv::Mat1b paper_of(const cv::Mat1b& thumbnail, int reach) {
  cv::Mat1b paper;
  cv::morphologyEx(thumbnail, paper, cv::MORPH_CLOSE,
                   cv::getStructuringElement(cv::MORPH_RECT, {reach, reach}));
  const int smooth = reach / 4 | 1;
  cv::blur(paper, paper, {smooth, smooth}, {-1, -1}, cv::BORDER_REPLICATE);
  return paper;
}

cv::Mat1b darkness_of(const cv::Mat1b& levels, const cv::Mat1b& thumbnail_paper) {
  cv::Mat1b paper;
  cv::resize(thumbnail_paper, paper, levels.size(), 0, 0, cv::INTER_LINEAR);
  cv::max(paper, 16, paper);
  cv::Mat1b share;
  cv::divide(levels, paper, share, 255);
  return 255 - share;
}

// Slow changes of the light taken out: paper is near 200 everywhere.
cv::Mat1b flattened(const cv::Mat1b& levels, const cv::Mat1f& light) {
  cv::Mat1f divisor;
  cv::resize(light, divisor, levels.size(), 0, 0, cv::INTER_LINEAR);
  cv::max(divisor, 32.0, divisor);
  cv::Mat1b flat;
  cv::divide(levels, divisor, flat, 200, CV_8U);
  return flat;
}

// Cell borders, page ends and scanner shadows: dark along the edge, in its outer eighth. Nothing is
// taken for them where nothing else would be left.
cv::Mat1b borders_of(const cv::Mat1b& dark) {
  cv::Mat1i labels;
  cv::Mat1i stats;
  cv::Mat1d centres;
  const int count = cv::connectedComponentsWithStats(dark, labels, stats, centres, 8, CV_32S);
  std::vector<int> inside(count, 0);
  std::vector<uchar> at_edge(count, 0);
  const cv::Rect inner(dark.cols / 8, dark.rows / 8, dark.cols - dark.cols / 4,
                       dark.rows - dark.rows / 4);
  for (int y = 0; y < dark.rows; ++y) {
    for (int x = 0; x < dark.cols; ++x) {
      inside[labels(y, x)] += static_cast<int>(inner.contains({x, y}));
      const bool edge = x == 0 || y == 0 || x == dark.cols - 1 || y == dark.rows - 1;
      if (edge) at_edge[labels(y, x)] = 1;
    }
  }
  std::vector<uchar> is_border(count, 0);
  int others = 0;
  for (int label = 1; label < count; ++label) {
    const int area = stats(label, cv::CC_STAT_AREA);
    is_border[label] = at_edge[label] != 0 && inside[label] < 0.25 * area ? 255 : 0;
    if (is_border[label] == 0) others = std::max(others, area);
  }
  cv::Mat1b borders(dark.size(), 0);
  if (others < 0.002 * static_cast<double>(dark.total())) return borders;
  for (int y = 0; y < dark.rows; ++y) {
    for (int x = 0; x < dark.cols; ++x) borders(y, x) = is_border[labels(y, x)];
  }
  cv::dilate(borders, borders, cv::Mat());
  return borders;
}

int widest_reach(const cv::Size& size) {
  return std::max(3, std::max(size.width, size.height) / 2) | 1;
}

// Narrow enough to follow a shadow's edge, wider than the strokes seen at first sight.
int reach_for(const cv::Mat1b& dark) {
  cv::Mat1f distance;
  cv::distanceTransform(dark, distance, cv::DIST_L2, 3);
  double radius = 0;
  cv::minMaxLoc(distance(inner_part(dark.size(), 12)), nullptr, &radius);
  const int widest = widest_reach(dark.size());
  return std::clamp(cvCeil(4 * radius) + 3, widest / 3, widest) | 1;
}

}  // namespace

bool InkMap::is_blank() const { return tones.ink - tones.paper < kLeastContrast; }

InkMap extract_ink(const Grey& grey, const Look& how) {
  Polarity polarity = how.polarity;
  cv::Mat1b levels = grey.levels;
  cv::Mat1b thumbnail = resized(levels, shrink_to(levels.size(), kThumbnail));
  cv::Mat1f light = light_of(thumbnail);
  if (polarity == Polarity::kAuto) {
    polarity = ink_is_light(thumbnail, light) ? Polarity::kLightOnDark : Polarity::kDarkOnLight;
  }
  if (polarity == Polarity::kLightOnDark) {
    levels = cv::Mat1b(255 - levels);
    thumbnail = cv::Mat1b(255 - thumbnail);
    light = cv::Mat1f(255 - light);
  }
  levels = flattened(levels, light);
  thumbnail = flattened(thumbnail, light);

  const int closest = widest_reach(thumbnail.size()) / 4 | 1;
  const cv::Mat1b at_first_sight = darkness_of(
      thumbnail, paper_of(thumbnail, how.close ? closest : widest_reach(thumbnail.size())));
  const Tones first = tones_of(at_first_sight);
  cv::Mat1b dark = at_first_sight > first.low;
  const cv::Mat1b borders = borders_of(dark);
  dark.setTo(0, borders);

  InkMap map;
  map.darkness = darkness_of(levels, paper_of(thumbnail, how.close ? closest : reach_for(dark)));
  cv::Mat1b erased;
  cv::resize(borders, erased, levels.size(), 0, 0, cv::INTER_NEAREST);
  map.darkness.setTo(0, erased);
  map.tones = tones_of(map.darkness, how.darker_ink);
  map.polarity = polarity;
  map.scale = grey.scale;
  map.origin = grey.origin;
  return map;
}

cv::Mat1f strength_of(const cv::Mat1b& darkness, const Tones& tones) {
  const double contrast = std::max(1.0, tones.ink - tones.paper);
  cv::Mat1f strength;
  darkness.convertTo(strength, CV_32F, 1 / (0.6 * contrast),
                     -(tones.paper + 0.2 * contrast) / (0.6 * contrast));
  cv::min(strength, 1.0, strength);
  cv::max(strength, 0.0, strength);
  return strength;
}

Box in_picture(const cv::Rect& box, const InkMap& map) {
  return {.x = map.origin.x + cvFloor(box.x / map.scale),
          .y = map.origin.y + cvFloor(box.y / map.scale),
          .width = std::max(1, cvRound(box.width / map.scale)),
          .height = std::max(1, cvRound(box.height / map.scale))};
}

}  // namespace mnist::ink
