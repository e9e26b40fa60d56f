// Scales go from coarse to fine, and stop where nothing smaller is to be seen.
#include "mnist/read/finder.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/digit/frame.h"
#include "mnist/read/candidates.h"
#include "mnist/read/levels.h"
#include "mnist/read/reading_order.h"

namespace mnist {
namespace {

using namespace reading;

constexpr double kMostPixels = 1.0e6;  // of the finest level
constexpr double kLargest = 2.0;       // a picture is enlarged so much at most
constexpr double kStep = 1.5;          // from one scale to the next
constexpr double kLeastSide = 12;  // pixels: a picture less high or wide than that shows nothing
constexpr double kLeastScore = 0.25;
constexpr float kInked = 0.4F;

FindKind kind_of(int kind) {
  switch (kind) {
    case kPointMark:
      return FindKind::kPoint;
    case kSlashMark:
      return FindKind::kSlash;
    case kHyphenMark:
      return FindKind::kHyphen;
    case kUnreadableClass:
      return FindKind::kUnreadable;
    default:
      return FindKind::kDigit;
  }
}

// From the coarsest to the finest.
std::vector<double> scales_of(const Image& image) {
  const double pixels = static_cast<double>(image.width) * image.height;
  const double shorter = std::min(image.width, image.height);
  std::vector<double> scales;
  for (double scale = std::min(kLargest, std::sqrt(kMostPixels / pixels));
       scales.empty() || scale * shorter >= kLeastSide; scale /= kStep) {
    scales.push_back(scale);
  }
  std::reverse(scales.begin(), scales.end());
  return scales;
}

Box box_of(const OwnInk& own, const Level& level, const Image& image) {
  const cv::Rect inked = cv::boundingRect(cv::Mat1b(own.strength > kInked));
  const auto pixel = [](double at, double scale, int most) {
    return std::clamp(static_cast<int>(std::lround(at / scale)), 0, most);
  };
  const double x = own.origin.x + inked.x - level.margin;
  const double y = own.origin.y + inked.y - level.margin;
  Box box;
  box.x = pixel(x, level.scale_x, image.width - 1);
  box.y = pixel(y, level.scale_y, image.height - 1);
  box.width = std::max(1, pixel(x + inked.width, level.scale_x, image.width) - box.x);
  box.height = std::max(1, pixel(y + inked.height, level.scale_y, image.height) - box.y);
  return box;
}

Box box_of(const cv::Rect2d& place, const Image& image) {
  const cv::Rect2d inside = place & cv::Rect2d(0, 0, image.width, image.height);
  return {static_cast<int>(inside.x), static_cast<int>(inside.y),
          std::max(1, static_cast<int>(inside.width)),
          std::max(1, static_cast<int>(inside.height))};
}

Find find_of(const Candidate& candidate, const std::vector<Candidate>& all, const SeenLevel& seen,
             const Image& image) {
  Find find{.kind = kind_of(candidate.kind),
            .box = box_of(candidate.box(), image),
            .score = candidate.score};
  if (find.kind != FindKind::kDigit) return find;
  const OwnInk own = own_ink(candidate, all, seen);
  if (cv::countNonZero(own.strength > kInked) > 0) {
    find.box = box_of(own, seen.level, image);
    find.digit = ink::frame_digit(own.strength).digit;
  }
  double sum = 0;
  for (int c = 0; c < kClasses; ++c) sum += candidate.classes[c];
  for (int c = 0; c < kClasses; ++c) find.first_look[c] = candidate.classes[c] / sum;
  return find;
}

}  // namespace

Page find_digits(PageNetImpl& network, const Image& image) {
  if (image.pixel_count() == 0) return {};
  const cv::Mat1b grey = to_grey(image, 4 * kMostPixels);
  std::vector<SeenLevel> seen;
  std::vector<Candidate> candidates;
  for (const double scale : scales_of(image)) {
    seen.push_back(look(network, level_at(grey, {image.width, image.height}, scale)));
    const auto found = candidates_of(seen.back(), seen.size() - 1, kLeastScore);
    candidates.insert(candidates.end(), found.begin(), found.end());
  }
  std::vector<Candidate> kept = merged(std::move(candidates));
  if (kept.size() > kMostFinds) kept.resize(kMostFinds);
  Page page;
  for (const Candidate& candidate : kept) {
    page.finds.push_back(find_of(candidate, kept, seen[candidate.level], image));
  }
  put_in_order(page.finds);
  return page;
}

}  // namespace mnist
