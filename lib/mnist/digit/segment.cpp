// Picture -> grey -> ink -> groups of marks, as for one digit; then all groups of a digit's size
// are kept, wide ones are cut, and the boxes are put in rows by their vertical overlap.
#include "mnist/digit/segment.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <opencv2/imgproc.hpp>

#include "mnist/digit/frame.h"
#include "mnist/digit/grey.h"
#include "mnist/digit/ink.h"
#include "mnist/digit/marks.h"

namespace mnist {
namespace {

constexpr int kWorkingSide = 1400;    // a page of digits needs more detail than one
constexpr double kSmallest = 0.4;     // of the usual height: lower groups are no digits
constexpr double kUsualAspect = 0.8;  // width by height of a digit, where no other tells
constexpr double kWide = 1.6;         // usual widths: wider groups are digits that touch

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

// The column with the least ink near `wanted`: where two digits touch, the strokes are fewest.
int thinnest_column(const cv::Mat1f& strength, double wanted, double reach) {
  cv::Mat1f columns;
  cv::reduce(strength, columns, 0, cv::REDUCE_SUM);
  int best = cvRound(wanted);
  const auto cost = [&](int x) { return columns(0, x) * (1 + std::abs(x - wanted) / reach); };
  for (int x = cvCeil(wanted - reach); x <= cvFloor(wanted + reach); ++x) {
    if (x > 0 && x < strength.cols - 1 && cost(x) < cost(best)) best = x;
  }
  return best;
}

std::vector<Piece> cut(const Piece& piece, double usual_width) {
  const int count = std::max(1, cvRound(piece.box.width / usual_width));
  if (piece.box.width < kWide * usual_width) return {piece};
  std::vector<Piece> pieces;
  const double step = static_cast<double>(piece.box.width) / count;
  int left = 0;
  for (int i = 1; i <= count; ++i) {
    const int right =
        i == count ? piece.box.width : thinnest_column(piece.strength, i * step, step / 3);
    const cv::Rect part(left, 0, right - left, piece.box.height);
    pieces.push_back({piece.strength(part), part + piece.box.tl()});
    left = right;
  }
  return pieces;
}

std::vector<Piece> pieces_of(const ink::Page& page, const ink::InkMap& map) {
  const double height = usual_height(page.groups);
  std::vector<ink::Group> digits;
  std::copy_if(page.groups.begin(), page.groups.end(), std::back_inserter(digits),
               [&](const ink::Group& group) { return group.box.height >= kSmallest * height; });
  std::vector<double> widths{kUsualAspect * height};
  for (const ink::Group& group : digits) widths.push_back(group.box.width);
  const double width = std::max(median(widths), kUsualAspect * height);

  std::vector<Piece> pieces;
  for (const ink::Group& group : digits) {
    const cv::Mat1f strength = ink::strength_of(group, page, map);
    const cv::Point margin((strength.cols - group.box.width) / 2,
                           (strength.rows - group.box.height) / 2);
    const auto parts = cut({strength(cv::Rect(margin, group.box.size())), group.box}, width);
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
