// Picture -> grey -> ink -> groups of marks -> the most prominent one -> MNIST's form. Each arrow
// has a file of its own; docs/reading-pictures.md gives the reasons.
#include "mnist/digit/normalize.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

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
constexpr double kMostDoubt = 1.5;    // real digits end at 0.5, hardly one reaches 1
constexpr double kAnother = 0.5;      // of the digit's height and of its area: a second digit

// What a pen leaves, in pixels of the 20x20 box: all real digits keep to these.
constexpr double kWidestStroke = 5.0;
constexpr double kLongestStroke = 62.0;  // all strokes together
constexpr double kShortestStroke = 8.0;
constexpr std::size_t kUsualMarks = 3;

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
  ink::Framed framed;  // of the most prominent group, where there is one

  bool is_blank() const { return page.groups.empty(); }
  const ink::Group& digit() const { return page.groups.front(); }
  double share() const { return static_cast<double>(digit().area) / page.area; }
};

Find look(const ink::Grey& grey, const ink::Look& how) {
  Find find{.map = ink::extract_ink(grey, how), .page = {}, .framed = {}};
  find.page = ink::find_groups(find.map);
  if (find.is_blank()) return find;
  find.framed = ink::frame_digit(ink::strength_of(find.digit(), find.page, find.map));
  return find;
}

// The surroundings of a digit that is small in the working picture, at the picture's own detail.
std::optional<cv::Rect> worth_a_close_up(const Find& find, const Image& image) {
  const cv::Rect& box = find.digit().box;
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

// How little what was found looks like a pen's digit on paper: 0 for nearly all real ones. Each
// term is about 1 where a person would shake the head.
double doubt(const Find& find) {
  if (find.is_blank()) return 10.0;
  const auto beyond = [](double value, double limit, double unit) {
    return std::max(0.0, (value - limit) / unit);
  };
  const cv::Rect& box = find.digit().box;
  const cv::Size page = find.map.darkness.size();
  const int sides = static_cast<int>(box.x <= 1) + static_cast<int>(box.y <= 1) +
                    static_cast<int>(box.br().x >= page.width - 1) +
                    static_cast<int>(box.br().y >= page.height - 1);
  const double cut_off = std::max(box.width / static_cast<double>(page.width),
                                  box.height / static_cast<double>(page.height));
  const auto marks = static_cast<double>(find.digit().marks.size());
  return 0.3 * sides * cut_off +                             // reaches from one edge to another
         beyond(find.framed.stroke, kWidestStroke, 2.0) +    // a patch, no stroke
         beyond(find.framed.length, kLongestStroke, 15.0) +  // a texture
         beyond(kShortestStroke, find.framed.length, 8.0) +  // a crumb
         beyond(marks, kUsualMarks, 4.0) +                   // shards
         beyond(0.9, find.share(), 0.5) +                    // one thing among others
         (find.framed.stroke > 1.5 ? beyond(0.6, find.framed.blackness, 0.1) : 0.0) +  // two tones
         (holds_another_digit(find.page) ? 0.7 : 0.0);
}

// Strokes of a pen, of one size, and hardly any other ink. Looked at in another way, many small
// digits run together to one patch, which may seem less doubtful.
bool is_page_of_digits(const Find& find) {
  constexpr double kOtherInk = 0.1;  // of all
  int digits = 0;
  int other_ink = find.page.area;
  for (const ink::Group& group : find.page.groups) {
    if (group.box.height <= kAnother * find.digit().box.height) continue;
    const ink::Framed framed = ink::frame_digit(ink::strength_of(group, find.page, find.map));
    const bool drawn = framed.stroke < kWidestStroke && framed.length < kLongestStroke &&
                       framed.length > kShortestStroke && group.marks.size() <= kUsualMarks;
    if (!drawn) continue;
    ++digits;
    other_ink -= group.area;
  }
  return digits > 1 && other_ink < kOtherInk * find.page.area;
}

// The first look serves nearly always. Where what it shows is doubtful, others are tried, and the
// least doubtful is taken, the first by preference.
Find look_again_where_doubtful(const ink::Grey& grey, Polarity polarity) {
  constexpr double kDoubtful = 0.5;
  constexpr double kClearlyBetter = 0.3;
  Find best = look(grey, {.polarity = polarity});
  if (best.is_blank() || doubt(best) < kDoubtful || is_page_of_digits(best)) return best;
  // Ink differs from its paper more than shadows and gaps between strokes do; and the tone of the
  // ink is seldom mistaken.
  const auto cost = [first = best.map.polarity](const Find& find) {
    return doubt(find) - find.map.contrast() + (find.map.polarity == first ? 0.0 : 0.5);
  };
  double least = cost(best);
  const Polarity first = best.map.polarity;
  const Polarity other =
      first == Polarity::kDarkOnLight ? Polarity::kLightOnDark : Polarity::kDarkOnLight;
  std::vector<ink::Look> looks = {{.polarity = first, .close = true},
                                  {.polarity = first, .darker_ink = true},
                                  {.polarity = first, .close = true, .darker_ink = true}};
  if (polarity == Polarity::kAuto) {
    looks.push_back({.polarity = other});
    looks.push_back({.polarity = other, .close = true});
  }
  for (const ink::Look& how : looks) {
    Find find = look(grey, how);
    const double found = cost(find);
    if (found > least - kClearlyBetter) continue;
    least = found;
    best = std::move(find);
  }
  return best;
}

}  // namespace

NormalizedDigit normalize(const Image& image, const NormalizeOptions& options) {
  if (image.pixel_count() == 0) return {.rejection = Rejection::kBlank};
  if (const auto digit = in_mnist_form(image, options.polarity)) {
    return {.digit = *digit,
            .box = {0, 0, kDigitSide, kDigitSide},
            .ink = {.contrast = 1.0, .share = 1.0, .stroke = 3.0, .length = 40.0, .marks = 1}};
  }
  const cv::Rect everything(0, 0, image.width, image.height);
  Find find =
      look_again_where_doubtful(ink::to_grey(image, everything, kWorkingSide), options.polarity);
  if (find.is_blank()) return {.rejection = Rejection::kBlank};

  const bool several = holds_another_digit(find.page);
  const double share = find.share();
  const double uncertainty = doubt(find);
  if (const auto area = worth_a_close_up(find, image)) {
    Find closer = look(ink::to_grey(image, *area, kCloseUp), {.polarity = find.map.polarity});
    if (!closer.is_blank()) find = std::move(closer);
  }

  NormalizedDigit result{.digit = find.framed.digit,
                         .box = ink::in_picture(find.digit().box, find.map),
                         .ink = {.contrast = find.map.contrast(),
                                 .noise = find.map.tones.noise / 255,
                                 .share = share,
                                 .stroke = find.framed.stroke,
                                 .length = find.framed.length,
                                 .marks = static_cast<int>(find.digit().marks.size()),
                                 .doubt = uncertainty}};
  if (several) {
    result.rejection = Rejection::kSeveralDigits;
  } else if (share < kLeastShare || result.ink.marks > kMostMarks || result.ink.length > kLongest ||
             uncertainty > kMostDoubt) {
    result.rejection = Rejection::kNotADigit;
  }
  return result;
}

}  // namespace mnist
