// Scales go from coarse to fine, and stop when there is nothing smaller to see.
#include "mnist/read/finder.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/digit/frame.h"
#include "mnist/digit/tuning.h"
#include "mnist/image/decode.h"
#include "mnist/read/candidates.h"
#include "mnist/read/levels.h"
#include "mnist/read/page_inference.h"
#include "mnist/read/reading_order.h"

namespace mnist {
namespace {

using namespace reading;

constexpr double kMostPixels = 1.0e6;       // of the finest level
constexpr double kMostWithMargins = 2.0e6;  // around a thin strip there is more than in it

FindKind kind_of(int kind) {
  switch (kind) {
    case kPointMark:
      return FindKind::kPoint;
    case kCommaMark:
      return FindKind::kComma;
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

// From the coarsest to the finest, in half steps while there are few pixels: these cost little.
std::vector<double> scales_of(const Image& image) {
  const double pixels = static_cast<double>(image.width) * image.height;
  const double shorter = std::min(image.width, image.height);
  const double half_step = std::sqrt(kTuning.scale_step);
  std::vector<double> scales;
  double scale = std::min(kTuning.most_enlarged, std::sqrt(kMostPixels / pixels));
  const auto pixels_of_level = [&] {
    const cv::Size size = with_margins(scaled_size({image.width, image.height}, scale));
    return static_cast<double>(size.width) * size.height;
  };
  for (double most = pixels_of_level(); most > kMostWithMargins; most = pixels_of_level()) {
    scale *= std::sqrt(kMostWithMargins / most);
  }
  while (scales.empty() || scale * shorter >= kTuning.least_side) {
    scales.push_back(scale);
    const bool is_small = scale * scale * pixels <= kTuning.enough_pixels;
    scale /= is_small ? half_step : kTuning.scale_step;
  }
  std::reverse(scales.begin(), scales.end());
  return scales;
}

Box box_of(const OwnInk& own, const Level& level, const Image& image) {
  const cv::Rect inked = cv::boundingRect(cv::Mat1b(own.strength > kTuning.inked));
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

// Of a place on the margins, the pixels nearest to it.
Box box_of(const cv::Rect2d& place, const Image& image) {
  const auto pixel = [](double at, int most) {
    return std::clamp(static_cast<int>(std::lround(at)), 0, most);
  };
  Box box;
  box.x = pixel(place.x, image.width - 1);
  box.y = pixel(place.y, image.height - 1);
  box.width = std::max(1, pixel(place.br().x, image.width) - box.x);
  box.height = std::max(1, pixel(place.br().y, image.height) - box.y);
  return box;
}

// Whether the ink is lighter than what is around it.
bool is_light(const OwnInk& own, const Level& level) {
  const cv::Mat1b levels = level.levels(cv::Rect(own.origin, own.strength.size()));
  const cv::Mat1b inked = own.strength > kTuning.inked;
  const cv::Mat1b paper = own.strength < 1 - kTuning.inked;
  return cv::mean(levels, inked)[0] > cv::mean(levels, paper)[0];
}

bool has_ink(const OwnInk& own) { return cv::countNonZero(own.strength > kTuning.inked) > 0; }

// In steps of a byte, as from a file, to hide the rounding of sums, which differs between
// instruction sets.
Digit digit_of(const OwnInk& own) {
  Digit digit = ink::frame_digit(own.strength).digit;
  for (float& ink : digit.ink) ink = std::round(255.0F * ink) / 255.0F;
  return digit;
}

// Nothing if its tone is not the wanted one.
std::optional<Find> find_of(const Place& place, std::span<const Place> all,
                            const std::vector<SeenLevel>& seen, const Image& image,
                            Polarity polarity) {
  Find find{.kind = kind_of(place.kind),
            .box = box_of(place.finest().box(), image),
            .score = place.score};
  std::vector<Digit> digits;
  for (const Candidate& view : place.views) {
    const Level& level = seen[view.level].level;
    const OwnInk own = own_ink(view, place, all, seen[view.level]);
    const bool decides_tone = polarity != Polarity::kAuto && &view == &place.finest();
    if (decides_tone && !own.strength.empty() &&
        is_light(own, level) != (polarity == Polarity::kLightOnDark)) {
      return std::nullopt;
    }
    if (find.kind != FindKind::kDigit || !has_ink(own)) continue;
    if (digits.empty()) find.box = box_of(own, level, image);
    digits.push_back(digit_of(own));
  }
  if (find.kind != FindKind::kDigit) return find;
  if (!digits.empty()) {
    find.digit = digits.front();
    find.coarser.assign(digits.begin() + 1, digits.end());
  }
  double sum = 0;
  for (int c = 0; c < kClasses; ++c) sum += place.classes[c];
  for (int c = 0; c < kClasses; ++c) find.first_look[c] = place.classes[c] / sum;
  return find;
}

// A 28x28 picture in MNIST's own form, as it is or inverted.
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

// Where `map` is likelier than not.
std::size_t sure_cells(const SeenLevel& seen, SeenLevel::Map map) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < seen.cells(); ++i) count += seen.cell(i)[map] > 0 ? 1 : 0;
  return count;
}

// Whether a finer scale may show more than this one does.
bool shows_small_digits(const SeenLevel& seen, const std::vector<Candidate>& found,
                        double find_above) {
  if (sure_cells(seen, SeenLevel::kSmall) >= kTuning.trace) return true;
  return std::any_of(found.begin(), found.end(), [&](const Candidate& candidate) {
    return candidate.score >= find_above && candidate.kind < kPointMark &&
           candidate.side < kTuning.small_side;
  });
}

// Those that are sure enough; if there are none, the surest digit, for anyone who wants a best
// guess.
std::vector<Place> clear_ones(std::vector<Place> places, double find_above) {
  const auto faint = std::find_if(places.begin(), places.end(),
                                  [&](const Place& place) { return place.score < find_above; });
  if (faint == places.begin()) {
    const auto digit = std::find_if(places.begin(), places.end(),
                                    [](const Place& place) { return place.kind < kPointMark; });
    return digit == places.end() ? std::vector<Place>() : std::vector<Place>{std::move(*digit)};
  }
  places.erase(faint, places.end());
  return places;
}

// In pixels of the file.
Box in_file(const Box& box, const Image& image) {
  const auto pixels = [](int length, double scale) {
    return static_cast<int>(std::lround(length * scale));
  };
  return {pixels(box.x, image.scale_x), pixels(box.y, image.scale_y),
          std::max(1, pixels(box.width, image.scale_x)),
          std::max(1, pixels(box.height, image.scale_y))};
}

[[noreturn]] void throw_other_kind(const NetworkFile& file) {
  throw Error(
      ErrorKind::kUnsupported,
      "its network '" + std::string(network_name(file.options)) + "' does not find digits on pages",
      file.path);
}

// The score above which a find counts, from the page network's file.
double threshold_of(const NetworkFile& file) {
  if (!std::holds_alternative<PageNetOptions>(file.options)) throw_other_kind(file);
  return metadata_number(file.metadata, "find_above", 0.0, 1.0);
}

// Neither an empty page nor one with a square on it may lead to values that are not finite.
void require_finite_maps(const NetworkFile& file, const PageInference& network) {
  cv::Mat1b levels(32, 32, std::uint8_t{0});
  for (const int square : {0, 255}) {
    levels(cv::Rect(8, 8, 16, 16)) = square;
    const SeenLevel seen = network.look({.levels = levels.clone()});
    const auto tensor_of = [&](const std::unique_ptr<float[]>& values, std::size_t of_cell) {
      return torch::from_blob(values.get(), static_cast<std::int64_t>(seen.cells() * of_cell));
    };
    require_finite(*file.network,
                   {tensor_of(seen.maps, seen.stride), tensor_of(seen.ink, kPageCell * kPageCell)});
  }
}

}  // namespace

Finder::Finder(NetworkFile file)
    : file_(std::move(file)),
      find_above_(threshold_of(file_)),
      network_(std::make_shared<PageInference>(std::get<PageNetOptions>(file_.options),
                                               *file_.network)) {
  require_finite_maps(file_, *network_);
}

Page Finder::find(const Image& image, Polarity polarity) const {
  if (image.pixel_count() == 0) return {};
  if (const auto digit = in_mnist_form(image, polarity)) {
    Find find{.box = in_file({0, 0, kDigitSide, kDigitSide}, image), .score = 1, .digit = *digit};
    find.first_look.fill(1.0 / kClasses);
    return {.finds = {find}};
  }
  const Pyramid pyramid(to_grey(image, kMostUsefulPixels), {image.width, image.height});
  std::vector<SeenLevel> seen;
  std::vector<Candidate> candidates;
  Page page;
  for (const double scale : scales_of(image)) {
    seen.push_back(network_->look(pyramid.level_at(scale)));
    const SeenLevel& level = seen.back();
    const auto found =
        candidates_of(level, seen.size() - 1, std::min(kTuning.faintest_score, find_above_));
    candidates.insert(candidates.end(), found.begin(), found.end());
    page.other_writing |= sure_cells(level, SeenLevel::kOther) >= kTuning.trace;
    const bool is_enough = static_cast<double>(level.level.levels.total()) > kTuning.enough_pixels;
    if (is_enough && !shows_small_digits(level, found, find_above_)) break;
  }
  const std::vector<Place> places =
      clear_ones(places_of(std::move(candidates), find_above_, kMostFinds), find_above_);
  page.is_faint = !places.empty() && places.front().score < find_above_;
  for (const Place& place : places) {
    if (auto find = find_of(place, places, seen, image, polarity)) {
      page.finds.push_back(std::move(*find));
    }
  }
  put_in_order(page.finds);
  for (Find& find : page.finds) find.box = in_file(find.box, image);
  return page;
}

Page find_in_file(const std::filesystem::path& file, const Finder& finder) {
  return finder.find(
      decode_image(read_file(file, kMaxPictureBytes), {.max_decoded_pixels = kMostUsefulPixels}));
}

Finder load_finder(const std::filesystem::path& path) {
  NetworkFile file = load_network(path, threshold_of);
  try {
    return Finder(std::move(file));
  } catch (const Error& error) {
    throw error.with_path(path.string());
  }
}

}  // namespace mnist
