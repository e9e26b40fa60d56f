#include "mnist/read/found_digits.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <random>
#include <vector>

#include <ATen/Parallel.h>

#include "mnist/base/random.h"
#include "mnist/digit/frame.h"
#include "mnist/digit/tuning.h"
#include "mnist/draw/page.h"
#include "mnist/read/candidates.h"
#include "mnist/read/levels.h"
#include "mnist/read/page_inference.h"

namespace mnist {
namespace {

using namespace reading;

constexpr std::uint64_t kFindStream = 0xf19d'0000'0000'0000ULL;
constexpr std::int64_t kPagesAtOnce = 256;

struct Example {
  Digit digit;
  std::int64_t label = kOutlierLabel;
};

PageOptions options_for(const DigitSet& digits) {
  PageOptions options;
  options.images = {.pixels = {digits.images.data_ptr<std::uint8_t>(),
                               static_cast<std::size_t>(digits.images.numel())},
                    .labels = {digits.labels.data_ptr<std::int64_t>(),
                               static_cast<std::size_t>(digits.labels.numel())}};
  return options;
}

std::vector<double> masses_of(const DrawnPage& page) {
  std::vector<double> masses(page.marks.size(), 0.0);
  for (std::size_t i = 0; i < page.owner.size(); ++i) {
    if (page.owner[i] >= 0) masses[static_cast<std::size_t>(page.owner[i])] += page.ink[i] / 255.0;
  }
  return masses;
}

// The digit whose ink this is, or kOutlierLabel if it is other writing; nothing unless it is nearly
// all of one thing and almost nothing else.
std::optional<std::int64_t> label_of(const OwnInk& own, int margin, const DrawnPage& page,
                                     const std::vector<double>& masses) {
  std::vector<double> shares(page.marks.size(), 0.0);
  double all = 0;
  double other = 0;
  for (int y = 0; y < own.strength.rows; ++y) {
    for (int x = 0; x < own.strength.cols; ++x) {
      const double ink = own.strength(y, x);
      all += ink;
      const int column = own.origin.x + x - margin;
      const int row = own.origin.y + y - margin;
      if (column < 0 || row < 0 || column >= page.picture.width || row >= page.picture.height) {
        continue;
      }
      const auto pixel =
          static_cast<std::size_t>(row) * static_cast<std::size_t>(page.picture.width) +
          static_cast<std::size_t>(column);
      const std::int16_t owner = page.owner[pixel];
      if (owner >= 0) shares[static_cast<std::size_t>(owner)] += ink;
      other += ink * page.other[pixel] / 255;
    }
  }
  if (all <= 0) return std::nullopt;
  if (other > kTuning.nearly_all * all) return kOutlierLabel;
  const auto most = std::max_element(shares.begin(), shares.end());
  if (most == shares.end() || *most < kTuning.nearly_all * all) return std::nullopt;
  const auto mark = static_cast<std::size_t>(most - shares.begin());
  const int kind = page.marks[mark].kind;
  const bool is_digit = kind >= 0 && kind < kClasses;
  if (!is_digit || *most < kTuning.nearly_all * masses[mark]) return std::nullopt;
  return kind;
}

std::vector<Example> examples_of(const PageOptions& options, std::uint64_t seed,
                                 const PageInference& network) {
  std::mt19937_64 engine(seed);
  const DrawnPage page = draw_page(options, engine);
  const std::vector<double> masses = masses_of(page);
  const cv::Size size(page.picture.width, page.picture.height);
  const SeenLevel seen = network.look(
      Pyramid(to_grey(page.picture, static_cast<double>(size.area())), size).level_at(1.0));
  const std::vector<Place> places =
      places_of(candidates_of(seen, 0, kTuning.faintest_score), kTuning.faintest_score, kMostFinds);
  std::vector<Example> examples;
  for (const Place& place : places) {
    if (place.kind >= kClasses) continue;
    const OwnInk own = own_ink(place.finest(), place, places, seen);
    if (own.strength.empty()) continue;
    const auto label = label_of(own, seen.level.margin, page, masses);
    // A bar may be a 1 or a piece of a letter: only the page network sees what is around it.
    if (label == kOutlierLabel && place.kind == 1) continue;
    if (!label) continue;
    const Digit digit = ink::frame_digit(own.strength).digit;
    if (std::ranges::max(digit.ink) == 0) continue;  // hardly a shadow
    examples.push_back({digit, *label});
  }
  return examples;
}

}  // namespace

DigitSet found_digits(const DigitSet& digits, std::int64_t count, std::uint64_t seed,
                      const Finder& finder) {
  const PageOptions options = options_for(digits);
  torch::Tensor images = torch::empty({count, 1, kDigitSide, kDigitSide}, torch::kUInt8);
  torch::Tensor labels = torch::empty({count}, torch::kInt64);
  std::int64_t found = 0;
  for (std::int64_t first = 0; found < count; first += kPagesAtOnce) {
    std::vector<std::vector<Example>> pages(kPagesAtOnce);
    at::parallel_for(0, kPagesAtOnce, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto page = static_cast<std::uint64_t>(first + i);
        pages[static_cast<std::size_t>(i)] =
            examples_of(options, mix_seed(seed, kFindStream + page), finder.network());
      }
    });
    for (const std::vector<Example>& examples : pages) {
      for (const Example& example : examples) {
        if (found == count) break;
        write_bytes(example.digit, images.data_ptr<std::uint8_t>() + found * kDigitPixels);
        labels.data_ptr<std::int64_t>()[found++] = example.label;
      }
    }
  }
  return {images, labels, "found digits", {}, {}};
}

}  // namespace mnist
