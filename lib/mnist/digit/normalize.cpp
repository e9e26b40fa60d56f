// Picture -> grey -> ink -> groups of marks -> the most prominent one -> MNIST's form. Each arrow
// has a file of its own; docs/reading-pictures.md gives the reasons.
#include "mnist/digit/normalize.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mnist/digit/frame.h"
#include "mnist/digit/grey.h"
#include "mnist/digit/ink.h"
#include "mnist/digit/marks.h"

namespace mnist {
namespace {

constexpr int kWorkingSide = 480;     // where the digit is looked for
constexpr int kCloseUp = 240;         // where a small one is looked at again
constexpr int kSmall = 60;            // working pixels
constexpr double kLeastShare = 0.25;  // of the ink: what lies among more dirt than that is no digit
constexpr int kMostMarks = 10;        // real digits are of one or two
constexpr double kLongest = 90;       // of all strokes, in the 20x20 box: real digits end at 66
constexpr double kAnother = 0.5;      // of the digit's height and of its area: a second digit

std::optional<Digit> in_mnist_form(const Image& image, Polarity polarity) {
  if (image.width != kDigitSide || image.height != kDigitSide) return std::nullopt;
  const int channels = image.channels();
  for (const bool invert : {false, true}) {
    if (polarity == (invert ? Polarity::kLightOnDark : Polarity::kDarkOnLight)) continue;
    Digit digit;
    bool is_grey = true;
    for (int i = 0; i < kDigitPixels; ++i) {
      const std::uint8_t* pixel = &image.pixels[static_cast<std::size_t>(i) * channels];
      is_grey = is_grey && (channels == 1 ||
                            (pixel[0] == pixel[1] && pixel[1] == pixel[2] && pixel[3] == 255));
      digit.ink[i] = static_cast<float>(invert ? 255 - pixel[0] : pixel[0]) / 255.0F;
    }
    if (is_grey && ink::has_mnist_form(digit)) return digit;
  }
  return std::nullopt;
}

struct Find {
  ink::InkMap map;
  ink::Page page;
};

Find look(const Image& image, const cv::Rect& area, int side, Polarity polarity) {
  Find find{.map = ink::extract_ink(ink::to_grey(image, area, side), polarity), .page = {}};
  find.page = ink::find_groups(find.map);
  return find;
}

// The surroundings of a digit that is small in the working picture, at the picture's own detail.
std::optional<cv::Rect> worth_a_close_up(const Find& find, const Image& image) {
  const cv::Rect& box = find.page.groups.front().box;
  if (find.map.scale >= 1 || std::max(box.width, box.height) >= kSmall) return std::nullopt;
  const Box seen = ink::in_picture(box, find.map);
  const int margin = std::max(seen.width, seen.height) / 2;
  return cv::Rect(seen.x - margin, seen.y - margin, seen.width + 2 * margin,
                  seen.height + 2 * margin) &
         cv::Rect(0, 0, image.width, image.height);
}

bool holds_another_digit(const ink::Page& page) {
  const ink::Group& digit = page.groups.front();
  return std::any_of(page.groups.begin() + 1, page.groups.end(), [&](const ink::Group& other) {
    return other.box.height > kAnother * digit.box.height && other.area > kAnother * digit.area;
  });
}

}  // namespace

NormalizedDigit normalize(const Image& image, const NormalizeOptions& options) {
  if (image.pixel_count() == 0) return {.rejection = Rejection::kBlank};
  if (const auto digit = in_mnist_form(image, options.polarity)) {
    return {.digit = *digit,
            .box = {0, 0, kDigitSide, kDigitSide},
            .ink = {.contrast = 1.0, .share = 1.0, .stroke = 3.0, .length = 40.0, .marks = 1}};
  }
  Find find = look(image, {0, 0, image.width, image.height}, kWorkingSide, options.polarity);
  if (find.page.groups.empty()) return {.rejection = Rejection::kBlank};

  const bool several = holds_another_digit(find.page);
  const double share = static_cast<double>(find.page.groups.front().area) / find.page.area;
  if (const auto area = worth_a_close_up(find, image)) {
    Find closer = look(image, *area, kCloseUp, find.map.polarity);
    if (!closer.page.groups.empty()) find = std::move(closer);
  }

  const ink::Group& group = find.page.groups.front();
  const ink::Framed framed = ink::frame_digit(ink::strength_of(group, find.page, find.map));
  NormalizedDigit result{.digit = framed.digit,
                         .box = ink::in_picture(group.box, find.map),
                         .ink = {.contrast = find.map.contrast(),
                                 .noise = find.map.tones.noise / 255,
                                 .share = share,
                                 .stroke = framed.stroke,
                                 .length = framed.length,
                                 .marks = static_cast<int>(group.marks.size())}};
  if (several) {
    result.rejection = Rejection::kSeveralDigits;
  } else if (share < kLeastShare || result.ink.marks > kMostMarks || result.ink.length > kLongest) {
    result.rejection = Rejection::kNotADigit;
  }
  return result;
}

}  // namespace mnist
