// Outliers made from real digits.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "mnist/base/error.h"
#include "mnist/draw/outlier_form.h"
#include "mnist/draw/outliers.h"

namespace mnist {

using namespace pen;

namespace {

constexpr int kInkSide = 20;

enum class Change {
  kTurned,         // by a quarter
  kMirrored,       // left and right
  kUpsideDown,     // mirrored top to bottom
  kHalfTurned,     // by two quarters
  kHalvesSwapped,  // the upper half below the lower one
  kSidesSwapped,   // the left half to the right of the right one
  kShuffled,       // blocks of 5x5 pixels
  kNegative,       // light and dark swapped within the box
  kGlued,          // two side by side
  kOverlaid,       // two on top of each other
};
constexpr int kChanges = 10;

// Whether a person could still read this digit, or another one: never certain, but rare for the
// others.
bool stays_a_digit(Change change, int label) {
  const auto among = [&](std::string_view labels) {
    return labels.find(static_cast<char>('0' + label)) != std::string_view::npos;
  };
  switch (change) {
    case Change::kTurned:
      return among("08");
    case Change::kMirrored:
      return among("01258");
    case Change::kUpsideDown:
      return among("012358");
    case Change::kHalfTurned:
      return among("0125689");
    case Change::kHalvesSwapped:
      return among("13689");
    case Change::kSidesSwapped:
    case Change::kOverlaid:
    case Change::kNegative:
      return among("1");
    case Change::kShuffled:
    case Change::kGlued:
      return false;
  }
  return false;
}

cv::Mat1f strength_of(DigitBytes digit) {
  cv::Mat1f strength(kDigitSide, kDigitSide);
  std::transform(digit.begin(), digit.end(), strength.begin(),
                 [](std::uint8_t ink) { return static_cast<float>(ink) / 255.0F; });
  return strength;
}

cv::Mat1f shuffled(const cv::Mat1f& digit, Dice& dice) {
  constexpr int kBlock = 5;
  constexpr int kBlocks = kInkSide / kBlock;
  std::array<int, kBlocks * kBlocks> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.below(i)]);
  const auto block = [&](int i) {
    constexpr int kMargin = (kDigitSide - kInkSide) / 2;
    return cv::Rect(kMargin + i % kBlocks * kBlock, kMargin + i / kBlocks * kBlock, kBlock, kBlock);
  };
  cv::Mat1f result(digit.size(), 0.0F);
  for (std::size_t i = 0; i < order.size(); ++i) {
    digit(block(order[i])).copyTo(result(block(static_cast<int>(i))));
  }
  return result;
}

// Keeps the darker of the two where `digit` comes to lie.
void lay_over(const cv::Mat& digit, const cv::Point& place, cv::Mat1f& page) {
  cv::Mat part = page(cv::Rect(place, digit.size()));
  cv::max(part, digit, part);
}

cv::Mat1f glued(const cv::Mat1f& a, const cv::Mat1f& b, Dice& dice) {
  const cv::Mat1f left = a.colRange(cv::boundingRect(cv::Mat1b(a > 0)).x, kDigitSide);
  const cv::Rect box = cv::boundingRect(cv::Mat1b(left > 0));
  const cv::Rect other = cv::boundingRect(cv::Mat1b(b > 0));
  // From two pixels apart to three overlapping.
  const int at = std::max(0, box.br().x + 2 - static_cast<int>(dice.below(6)));
  const int rise = static_cast<int>(dice.below(9));
  cv::Mat1f result(kDigitSide + 8, std::max(left.cols, at + other.width), 0.0F);
  left.copyTo(result(cv::Rect(0, 4, left.cols, kDigitSide)));
  lay_over(b.colRange(other.x, other.br().x), {at, rise}, result);
  return result;
}

cv::Mat1f overlaid(const cv::Mat1f& a, const cv::Mat1f& b, Dice& dice) {
  const int x = static_cast<int>(dice.below(2)) * 16;
  const int y = static_cast<int>(dice.below(17));
  cv::Mat1f result(kDigitSide + 16, kDigitSide + 16, 0.0F);
  a.copyTo(result(cv::Rect(8, 8, kDigitSide, kDigitSide)));
  // Well apart, so that two strokes never coincide: half a digit's width or more.
  lay_over(b, {x, y}, result);
  return result;
}

cv::Mat1f changed(Change change, const cv::Mat1f& a, const cv::Mat1f& b, Dice& dice) {
  constexpr int kHalf = kDigitSide / 2;
  cv::Mat1f result;
  switch (change) {
    case Change::kTurned:
      cv::rotate(a, result,
                 dice.chance(0.5) ? cv::ROTATE_90_CLOCKWISE : cv::ROTATE_90_COUNTERCLOCKWISE);
      return result;
    case Change::kMirrored:
      cv::flip(a, result, 1);
      return result;
    case Change::kUpsideDown:
      cv::flip(a, result, 0);
      return result;
    case Change::kHalfTurned:
      cv::rotate(a, result, cv::ROTATE_180);
      return result;
    case Change::kHalvesSwapped:
      cv::vconcat(a.rowRange(kHalf, kDigitSide - 4), b.rowRange(4, kHalf), result);
      return result;
    case Change::kSidesSwapped:
      cv::hconcat(a.colRange(kHalf, kDigitSide - 4), b.colRange(4, kHalf), result);
      return result;
    case Change::kShuffled:
      return shuffled(a, dice);
    case Change::kNegative: {
      const cv::Rect box = cv::boundingRect(cv::Mat1b(a > 0));
      result = 1 - a(box);
      return result;
    }
    case Change::kGlued:
      return glued(a, b, dice);
    case Change::kOverlaid:
      return overlaid(a, b, dice);
  }
  throw Error(ErrorKind::kUsage, "no such change");
}

}  // namespace

Digit outlier_from_digits(DigitBytes a, int label_a, DigitBytes b, int label_b,
                          std::uint64_t seed) {
  for (const int label : {label_a, label_b}) {
    if (label < 0 || label >= kClasses) {
      throw Error(ErrorKind::kUsage, "no digit has the label " + std::to_string(label));
    }
  }
  std::mt19937_64 engine(seed);
  Dice dice(engine);
  const auto stays = [&](Change change) {
    const bool takes_both = change == Change::kHalvesSwapped || change == Change::kSidesSwapped ||
                            change == Change::kOverlaid;
    return stays_a_digit(change, label_a) || (takes_both && stays_a_digit(change, label_b));
  };
  const cv::Mat1f first = strength_of(a);
  const cv::Mat1f second = strength_of(b);
  constexpr int kTries = 20;
  const bool drawn = cv::countNonZero(first) > 0 && cv::countNonZero(second) > 0;
  for (int i = 0; drawn && i < kTries; ++i) {
    const Change change = static_cast<Change>(dice.below(kChanges));
    if (stays(change)) continue;
    const Digit digit = framed(changed(change, first, second, dice));
    if (!is_blank_or_one(digit)) return digit;
  }
  return generated_outlier(seed, 0);  // `a` and `b` are blank, or the dice were very unkind
}

}  // namespace mnist
