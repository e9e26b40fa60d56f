// Picture -> grey -> ink -> groups of marks, as for one digit; then all groups of a digit's size
// are kept, wide ones are cut, and the boxes are put in rows by their vertical overlap.
#include "mnist/digit/segment.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "mnist/digit/frame.h"
#include "mnist/digit/grey.h"
#include "mnist/digit/ink.h"
#include "mnist/digit/marks.h"

namespace mnist {
namespace {

constexpr int kWorkingSide = 1400;  // a page of digits needs more detail than one
constexpr double kSmallest = 0.4;   // of the usual height: lower groups are no digits

// One digit's ink, and where it is in the working picture.
struct Piece {
  cv::Mat1f strength;
  cv::Rect box;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The tallest groups set the scale, so that many specks cannot.
double usual_height(const std::vector<ink::Group>& groups) {
  int tallest = 0;
  for (const ink::Group& group : groups) tallest = std::max(tallest, group.box.height);
  std::vector<double> heights;
  for (const ink::Group& group : groups) {
    if (group.box.height > kSmallest * tallest) heights.push_back(group.box.height);
  }
  return median(heights);
}

// A straight cut from the top of a piece to its bottom: x at half height, and how far x moves to
// the right for each pixel down.
struct Cut {
  double x = 0;
  double slant = 0;
  double crossing = 0;  // the ink it goes through, in widths of the stroke

  double at(int y, int rows) const { return x + slant * (y - rows / 2.0); }
};

std::pair<Piece, Piece> parted(const Piece& piece, const Cut& cut) {
  cv::Mat1f left = piece.strength.clone();
  cv::Mat1f right = piece.strength.clone();
  for (int y = 0; y < left.rows; ++y) {
    const int x = std::clamp(cvRound(cut.at(y, left.rows)), 0, left.cols);
    left(cv::Rect(x, y, left.cols - x, 1)).setTo(0);
    right(cv::Rect(0, y, x, 1)).setTo(0);
  }
  const auto trimmed = [&](const cv::Mat1f& strength) {
    const cv::Rect box = cv::boundingRect(cv::Mat1b(strength > 0.25F));
    return Piece{strength(box), box + piece.box.tl()};
  };
  return {trimmed(left), trimmed(right)};
}

// Two digits that touch part where a line crosses one stroke or none, and are both nearly as high
// as the whole; nothing of one digit is: a bar, a hook or the left arm of a 4 is low, and a loop is
// crossed twice. What is far wider than a digit is cut where it costs least.
std::optional<std::pair<Piece, Piece>> cut_once(const Piece& piece, double usual_height) {
  constexpr double kOneStroke = 1.3;
  constexpr double kHigh = 0.8;         // of the whole: a digit of its own
  constexpr double kLeastInk = 0.2;     // of the whole
  constexpr double kLeastStroke = 0.6;  // usual heights, of stroke
  constexpr double kAspect = 0.75;      // of a digit, width by height
  constexpr double kTooWide = 1.25;     // its or the usual heights
  constexpr double kNarrowest = 1.15;   // the same: no two digits
  const int rows = piece.strength.rows;
  const double height = std::max<double>(usual_height, piece.box.height);
  if (piece.box.width < kNarrowest * height) return std::nullopt;
  const bool too_wide = piece.box.width > kTooWide * height;
  const double width = std::max(1.0, ink::stroke_width(piece.strength));
  const int parts_expected =
      too_wide ? std::max(2, cvRound(piece.box.width / (kAspect * height))) : 2;
  const double step = static_cast<double>(piece.box.width) / parts_expected;
  const double all_ink = cv::sum(piece.strength)[0];
  const int margin = std::max(2, cvRound(0.5 * width));
  std::optional<std::pair<Piece, Piece>> best;
  double least = too_wide ? 1e9 : kOneStroke;
  for (const double slant : {0.0, -0.15, 0.15, -0.3, 0.3, -0.45, 0.45, -0.6}) {
    for (int x = margin; x < piece.strength.cols - margin; ++x) {
      Cut cut{.x = static_cast<double>(x), .slant = slant, .crossing = 0.15 * std::abs(slant)};
      for (int y = 0; y < rows; ++y) {
        const int column = cvRound(cut.at(y, rows));
        if (column >= 0 && column < piece.strength.cols) {
          cut.crossing += piece.strength(y, column) / width;
        }
      }
      // Far off only where nothing else will do. Two rounds side by side touch along a whole
      // stroke, and each is crossed twice in its middle: there equal parts count for more.
      const double off = std::abs(x / step - std::max(1.0, std::round(x / step)));
      cut.crossing += (too_wide ? 8 : 0.4) * off;
      if (cut.crossing >= least) continue;
      auto parts = parted(piece, cut);
      const int lower = std::min(parts.first.box.height, parts.second.box.height);
      const int wanted = cvRound((too_wide ? 0.5 : kHigh) * rows);
      if (lower < wanted) continue;
      const double ink =
          std::min(cv::sum(parts.first.strength)[0], cv::sum(parts.second.strength)[0]);
      if (ink < kLeastInk * all_ink || ink < kLeastStroke * width * usual_height) continue;
      least = cut.crossing;
      best = std::move(parts);
    }
  }
  return best;
}

std::vector<Piece> cut(const Piece& piece, double usual_height) {
  const auto parts = cut_once(piece, usual_height);
  if (!parts) return {piece};
  std::vector<Piece> pieces = cut(parts->first, usual_height);
  const std::vector<Piece> right = cut(parts->second, usual_height);
  pieces.insert(pieces.end(), right.begin(), right.end());
  return pieces;
}

std::vector<Piece> pieces_of(const ink::Page& page, const ink::InkMap& map) {
  const double height = usual_height(page.groups);
  std::vector<ink::Group> digits;
  std::copy_if(page.groups.begin(), page.groups.end(), std::back_inserter(digits),
               [&](const ink::Group& group) { return group.box.height >= kSmallest * height; });
  std::vector<Piece> pieces;
  for (const ink::Group& group : digits) {
    const cv::Mat1f strength = ink::strength_of(group, page, map);
    const cv::Point margin((strength.cols - group.box.width) / 2,
                           (strength.rows - group.box.height) / 2);
    const auto parts = cut({strength(cv::Rect(margin, group.box.size())), group.box}, height);
    pieces.insert(pieces.end(), parts.begin(), parts.end());
  }
  return pieces;
}

double vertical_overlap(const cv::Rect& a, const cv::Rect& b) {
  const int shared = std::min(a.br().y, b.br().y) - std::max(a.y, b.y);
  return static_cast<double>(shared) / std::min(a.height, b.height);
}

// Goes from left to right, so that a row may rise or fall: a piece joins the row whose last piece
// it overlaps most.
std::vector<std::vector<Piece>> in_rows(std::vector<Piece> pieces) {
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.box.x < b.box.x; });
  std::vector<std::vector<Piece>> rows;
  for (const Piece& piece : pieces) {
    const auto overlap = [&](const std::vector<Piece>& row) {
      return vertical_overlap(row.back().box, piece.box);
    };
    const auto row = std::max_element(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
      return overlap(a) < overlap(b);
    });
    if (row == rows.end() || overlap(*row) < 0.3) {
      rows.push_back({piece});
    } else {
      row->push_back(piece);
    }
  }
  const auto middle = [](const std::vector<Piece>& row) {
    double sum = 0;
    for (const Piece& piece : row) sum += piece.box.y + piece.box.height / 2.0;
    return sum / static_cast<double>(row.size());
  };
  std::sort(rows.begin(), rows.end(),
            [&](const auto& a, const auto& b) { return middle(a) < middle(b); });
  return rows;
}

}  // namespace

std::vector<SegmentedDigit> segment(const Image& image, const NormalizeOptions& options) {
  if (image.pixel_count() == 0) return {};
  const cv::Rect everything(0, 0, image.width, image.height);
  const ink::InkMap map = ink::extract_ink(ink::to_grey(image, everything, kWorkingSide),
                                           {.polarity = options.polarity});
  const ink::Page page = ink::find_groups(map);
  if (page.groups.empty()) return {};

  std::vector<SegmentedDigit> digits;
  int row_index = 0;
  for (const auto& row : in_rows(pieces_of(page, map))) {
    for (const Piece& piece : row) {
      digits.push_back({.digit = ink::frame_digit(piece.strength).digit,
                        .box = ink::in_picture(piece.box, map),
                        .row = row_index});
    }
    ++row_index;
  }
  return digits;
}

}  // namespace mnist
