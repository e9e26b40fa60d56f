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

// Where doubt begins, in pixels of the 20x20 box; nearly all real digits keep to these.
constexpr double kUsualStroke = 5.0;
constexpr double kUsualLength = 62.0;  // of all strokes
constexpr double kLeastLength = 8.0;
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
  ink::Framed framed;    // of the most prominent group, where there is one
  bool several = false;  // whether there is another digit beside it

  bool is_blank() const { return page.groups.empty(); }
  const ink::Group& digit() const { return page.groups.front(); }
  double share() const { return static_cast<double>(digit().area) / page.area; }
};

// Whether `other` is high enough for a digit of its own.
bool is_high(const ink::Group& other, const Find& find) {
  return other.box.height > kAnother * find.digit().box.height;
}

// Whether `other` was drawn with the pen and the ink of the digit.
bool is_of_one_pen(const ink::Group& other, const Find& find) {
  constexpr double kAsDark = 0.7;
  constexpr double kAsWide = 0.45;
  const ink::Framed framed = ink::frame_digit(ink::strength_of(other, find.page, find.map));
  const double stroke = framed.stroke * ink::extent(other.box);
  const double own = find.framed.stroke * ink::extent(find.digit().box);
  return framed.stroke < kUsualStroke && framed.length < kUsualLength &&
         framed.length > kLeastLength && other.marks.size() <= kUsualMarks &&
         ink::darkness_of(other, find.page, find.map) >
             kAsDark * ink::darkness_of(find.digit(), find.page, find.map) &&
         std::min(stroke, own) > kAsWide * std::max(stroke, own);
}

// A 1 has less than half of a 0's ink; neither has a margin's rule, which the picture cuts off.
bool is_like_a_one(const ink::Group& other, const Find& find) {
  const cv::Size page = find.map.darkness.size();
  const cv::Rect within(2, 2, page.width - 4, page.height - 4);
  return find.digit().box.height > kAnother * other.box.height &&
         (other.box & within) == other.box && is_of_one_pen(other, find);
}

bool holds_another_digit(const Find& find) {
  const auto& groups = find.page.groups;
  return std::any_of(groups.begin() + 1, groups.end(), [&](const ink::Group& other) {
    return is_high(other, find) &&
           (other.area > kAnother * find.digit().area || is_like_a_one(other, find));
  });
}

Find look(const ink::Grey& grey, const ink::Look& how) {
  Find find{.map = ink::extract_ink(grey, how), .page = {}, .framed = {}};
  find.page = ink::find_groups(find.map);
  if (find.is_blank()) return find;
  find.framed = ink::frame_digit(ink::strength_of(find.digit(), find.page, find.map));
  find.several = holds_another_digit(find);
  return find;
}

// The surroundings of a digit that is small in the working picture, at the picture's own detail.
std::optional<cv::Rect> worth_a_close_up(const Find& find, const Image& image) {
  const cv::Rect& box = find.digit().box;
  if (find.map.scale >= 1 || ink::extent(box) >= kSmall) return std::nullopt;
  const Box seen = ink::in_picture(box, find.map);
  const int margin = std::max(seen.width, seen.height) / 2;
  return cv::Rect(seen.x - margin, seen.y - margin, seen.width + 2 * margin,
                  seen.height + 2 * margin) &
         cv::Rect(0, 0, image.width, image.height);
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
  return 0.3 * sides * cut_off +                           // reaches from one edge to another
         beyond(find.framed.stroke, kUsualStroke, 2.0) +   // a patch, no stroke
         beyond(find.framed.length, kUsualLength, 15.0) +  // a texture
         beyond(kLeastLength, find.framed.length, 8.0) +   // a crumb
         beyond(marks, kUsualMarks, 4.0) +                 // shards
         beyond(0.9, find.share(), 0.5) +                  // one thing among others
         (find.framed.stroke > 1.5 ? beyond(0.6, find.framed.blackness, 0.1) : 0.0) +  // two tones
         (find.several ? 0.7 : 0.0);
}

// One close above the other, as the parts of a broken digit are.
bool is_stacked(const cv::Rect& a, const cv::Rect& b) {
  constexpr double kShared = 0.6;  // of the narrower one's width
  constexpr double kClose = 0.25;  // of the taller one's height
  const int shared = std::min(a.br().x, b.br().x) - std::max(a.x, b.x);
  const int gap = std::max(a.y, b.y) - std::min(a.br().y, b.br().y);
  return shared > kShared * std::min(a.width, b.width) &&
         gap < kClose * std::max(a.height, b.height);
}

// Several digits of one pen, and hardly any other ink. Other looks can run many small digits
// together to one patch, which may seem less doubtful.
bool is_page_of_digits(const Find& find) {
  constexpr double kNearlyAll = 0.9;  // of the ink
  if (!find.several) return false;
  int ink = 0;
  bool any_apart = false;
  for (const ink::Group& group : find.page.groups) {
    if (!is_high(group, find) || !is_of_one_pen(group, find)) continue;
    ink += group.area;
    any_apart |= !is_stacked(group.box, find.digit().box);
  }
  return any_apart && ink > kNearlyAll * find.page.area;
}

// Whether a look shows no more than the rim of what `first` shows, and what is in it: the middle of
// a blot, or of a sheet, was taken for paper where the paper is followed closely, and the
// surroundings of a blot for ink in the other tone.
bool is_rim_of(const Find& find, const Find& first) {
  constexpr double kThin = 0.6;     // of its stroke
  constexpr double kCover = 0.8;    // of its box
  constexpr double kCloser = 0.35;  // of the rim's box
  if (find.is_blank() || first.framed.stroke < kUsualStroke ||
      find.framed.stroke > kThin * first.framed.stroke) {
    return false;
  }
  const auto is_around_the_first = [&](const cv::Rect& rim) {
    const cv::Rect& blot = first.digit().box;
    return (rim & blot).area() > kCover * blot.area() && blot.area() > kCloser * rim.area();
  };
  return is_around_the_first(find.digit().box) || is_around_the_first(find.page.outline);
}

// The first look serves nearly always. Where what it shows is doubtful, others are tried, and the
// least doubtful is taken, the first by preference.
Find look_again_where_doubtful(const ink::Grey& grey, Polarity polarity) {
  constexpr double kDoubtful = 0.5;
  constexpr double kClearlyBetter = 0.3;
  Find first = look(grey, {.polarity = polarity});
  if (first.is_blank() || is_page_of_digits(first)) return first;
  if (doubt(first) < kDoubtful && first.page.outline.empty()) return first;
  // Ink differs from its paper more than shadows and gaps between strokes do; and the tone of the
  // ink is seldom mistaken.
  const Polarity tone = first.map.polarity;
  const auto cost = [tone](const Find& find) {
    return doubt(find) - find.map.contrast() + (find.map.polarity == tone ? 0.0 : 0.5) +
           (find.page.outline.empty() ? 0.0 : 0.5);  // it may be a sheet's edge, in the wrong tone
  };
  const Polarity other =
      tone == Polarity::kDarkOnLight ? Polarity::kLightOnDark : Polarity::kDarkOnLight;
  std::vector<ink::Look> looks = {{.polarity = tone, .close = true},
                                  {.polarity = tone, .darker_ink = true},
                                  {.polarity = tone, .close = true, .darker_ink = true}};
  if (polarity == Polarity::kAuto) {
    looks.push_back({.polarity = other});
    looks.push_back({.polarity = other, .close = true});
  }
  Find best = first;
  double least = cost(first);
  for (const ink::Look& how : looks) {
    Find find = look(grey, how);
    const double found = cost(find);
    if (found > least - kClearlyBetter || is_rim_of(find, first)) continue;
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

  const bool several = find.several;
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
