#include "mnist/data/oddities.h"

#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace mnist {
namespace {

constexpr double kRare = 0.1;                // of an even share of the images
constexpr double kMostlyInk = 0.5;           // mean of the bytes: digits on black are at 0.13
constexpr double kManyEqual = 0.02;          // of all images: MNIST has none
constexpr std::int64_t kEnoughToTell = 300;  // images whose orientation can be judged together
constexpr std::int64_t kSample = 3000;       // images used to judge levels and orientation
constexpr double kClearly = 0.1;             // of correlation
constexpr double kLeastFit = 0.25;           // of correlation: of MNIST's images it is 0.76

std::string_view bytes_of(const DigitSet& digits, std::int64_t row) {
  const auto* pixels = digits.images.data_ptr<std::uint8_t>() + row * kDigitPixels;
  return {reinterpret_cast<const char*>(pixels), kDigitPixels};
}

std::string count_text(std::int64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void look_at_classes(const DigitSet& digits, std::vector<std::string>& oddities) {
  const torch::Tensor counts = torch::bincount(digits.labels, {}, kClasses);
  const double even = static_cast<double>(digits.size()) / kClasses;
  std::string missing;
  std::string rare;
  for (int label = 0; label < kClasses; ++label) {
    const auto count = counts[label].item<std::int64_t>();
    std::string& list = count == 0 ? missing : rare;
    if (static_cast<double>(count) >= kRare * even) continue;
    list += (list.empty() ? "" : ", ") + std::to_string(label);
    if (count > 0) list += " (" + count_text(count, "image") + ")";
  }
  if (!missing.empty()) oddities.push_back("no image of " + missing);
  if (!rare.empty()) oddities.push_back("few images of " + rare);
}

// Whether the digits are dark on white, when they should be white on black.
bool is_dark_on_white(const DigitSet& digits) {
  return digits.images.to(torch::kFloat32).mean().item<double>() > 255 * kMostlyInk;
}

void look_at_levels(const DigitSet& digits, const ImageForm& form,
                    std::vector<std::string>& oddities) {
  if (digits.images.max().item<int>() == 1) {
    oddities.push_back("its bytes are 0 and 1: multiply them by 255");
  } else if (is_dark_on_white(digits)) {
    oddities.push_back(std::string("dark digits on white, not white on black: ") +
                       (form.inverted ? "leave out invert" : "set invert"));
  }
}

void look_for_equals(const DigitSet& digits, std::vector<std::string>& oddities) {
  std::unordered_map<std::string_view, std::int64_t> times;
  std::int64_t empty = 0;
  std::int64_t equal = 0;
  for (std::int64_t row = 0; row < digits.size(); ++row) {
    const std::string_view bytes = bytes_of(digits, row);
    if (bytes.find_first_not_of(bytes[0]) == std::string_view::npos) {
      ++empty;
    } else if (++times[bytes] > 1) {
      ++equal;
    }
  }
  if (empty > 0)
    oddities.push_back(count_text(empty, "image") + (empty == 1
                                                         ? " of one level: nothing is on it"
                                                         : " of one level: nothing is on them"));
  if (static_cast<double>(equal) > kManyEqual * static_cast<double>(digits.size())) {
    oddities.push_back(count_text(equal, "image") + " equal to an earlier one");
  }
}

// Mean images of the classes, without their common mean: float32 [10,28,28].
torch::Tensor means_of(const DigitSet& digits) {
  const torch::Tensor ink = digits.images.squeeze(1).to(torch::kFloat32);
  torch::Tensor means = torch::zeros({kClasses, kDigitSide, kDigitSide});
  for (int label = 0; label < kClasses; ++label) {
    const torch::Tensor rows = digits.labels.eq(label).nonzero().squeeze(1);
    if (rows.numel() > 0) means[label] = ink.index_select(0, rows).mean(0);
  }
  return means - means.mean(0);
}

double correlation(const torch::Tensor& a, const torch::Tensor& b) {
  const double length = a.norm().item<double>() * b.norm().item<double>();
  return length > 0 ? (a * b).sum().item<double>() / length : 0.0;
}

// Compares the classes' mean images with those of digits drawn here.
void look_at_orientation(const DigitSet& digits, const ImageForm& form,
                         std::vector<std::string>& oddities) {
  if (digits.size() < kEnoughToTell) return;
  constexpr std::uint64_t kSeed = 1;
  const torch::Tensor wanted = means_of(generate_digit_set(kEnoughToTell, kSeed));
  const torch::Tensor means = means_of(digits) * (is_dark_on_white(digits) ? -1 : 1);
  const double upright_fit = correlation(means, wanted);
  std::string best = "upright";
  double best_fit = upright_fit;
  for (const std::string_view orientation : orientation_names()) {
    const double fit = correlation(set_upright(means, orientation), wanted);
    if (fit <= best_fit) continue;
    best_fit = fit;
    best = orientation;
  }
  if (best_fit < kLeastFit) {
    oddities.push_back("the labels do not fit the images, however these lie");
  } else if (best_fit > upright_fit + kClearly) {
    oddities.push_back(form.orientation == "upright"
                           ? "the images look " + best +
                                 (best == "transposed" ? ", as in EMNIST" : "") +
                                 ": set orientation to " + best
                           : "the images do not lie as orientation says");
  }
}

}  // namespace

std::vector<std::string> oddities_of(const DigitSet& digits, const ImageForm& form) {
  std::vector<std::string> oddities;
  if (digits.size() == 0) return oddities;
  const std::int64_t step = (digits.size() + kSample - 1) / kSample;
  const DigitSet some = digits.subset(torch::arange(0, digits.size(), step, torch::kInt64));
  look_at_classes(digits, oddities);
  look_at_levels(some, form, oddities);
  look_for_equals(digits, oddities);
  look_at_orientation(some, form, oddities);
  return oddities;
}

std::int64_t shared_images(const DigitSet& a, const DigitSet& b) {
  std::unordered_set<std::string_view> known;
  for (std::int64_t row = 0; row < b.size(); ++row) known.insert(bytes_of(b, row));
  std::int64_t shared = 0;
  for (std::int64_t row = 0; row < a.size(); ++row) {
    shared += known.contains(bytes_of(a, row)) ? 1 : 0;
  }
  return shared;
}

}  // namespace mnist
