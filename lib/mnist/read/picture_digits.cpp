#include "mnist/read/picture_digits.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "mnist/base/error.h"

namespace mnist {
namespace {

int likeliest(const Find& find) {
  return static_cast<int>(std::distance(
      find.first_look.begin(), std::max_element(find.first_look.begin(), find.first_look.end())));
}

bool has_ink(const Find& find) { return std::ranges::max(find.digit.ink) > 0; }

std::vector<const Find*> digits_on(const Page& page) {
  std::vector<const Find*> digits;
  for (const Find& find : page.finds) {
    if (find.kind == FindKind::kDigit && has_ink(find)) digits.push_back(&find);
  }
  return digits;
}

// Whether one of `digits` that `outranks` it holds the middle of `find`: on a picture of one digit,
// `find` is then a piece of that one.
template <typename Outranks>
bool is_piece(const Find& find, const std::vector<const Find*>& digits, Outranks outranks) {
  return std::ranges::any_of(digits, [&](const Find* other) {
    return outranks(*other, find) && holds_middle(other->box, find.box);
  });
}

bool is_surer(const Find& one, const Find& other) { return one.score > other.score; }

bool is_larger(const Find& one, const Find& other) {
  const auto area = [](const Box& box) { return std::int64_t{box.width} * box.height; };
  return area(one.box) > area(other.box);
}

// The find that the label is meant for. Throws Error{kUnsupported} if that cannot be told.
const Find& find_for(const Page& page, const LabelledFile& file) {
  if (file.box) {
    const Find* find = find_in_box(page, *file.box);
    if (find != nullptr && has_ink(*find)) return *find;
    throw Error(ErrorKind::kUnsupported, "no digit was found in its box");
  }
  std::vector<const Find*> digits = digits_on(page);
  std::erase_if(digits,
                [all = digits](const Find* find) { return is_piece(*find, all, is_surer); });
  const auto is_meant = [&](const Find* find) { return likeliest(*find) == file.label; };
  if (digits.empty() || (page.is_faint && !is_meant(digits.front()))) {
    throw Error(ErrorKind::kUnsupported, "no digit was found");
  }
  if (digits.size() == 1) return *digits.front();
  std::vector<const Find*> meant;
  std::ranges::copy_if(digits, std::back_inserter(meant), is_meant);
  // The thick of a bar may be surer than the bar: of what looks like the label, the larger counts.
  std::erase_if(meant, [all = meant](const Find* find) { return is_piece(*find, all, is_larger); });
  if (meant.size() != 1) {
    throw Error(ErrorKind::kUnsupported, "it is not clear which of " +
                                             std::to_string(digits.size()) + " finds is the digit");
  }
  return *meant.front();
}

// What was wrongly taken for digits; may be nothing, as it should be.
std::vector<const Find*> finds_of_nothing(const Page& page, const LabelledFile& file) {
  if (!file.box) return digits_on(page);
  const Find* find = find_in_box(page, *file.box);
  return find != nullptr && has_ink(*find) ? std::vector{find} : std::vector<const Find*>{};
}

// Digits and labels as they come.
struct Examples {
  std::vector<std::uint8_t> pixels{};
  std::vector<std::int64_t> labels{};

  void add(const Find& find, std::int64_t label) {
    pixels.resize(pixels.size() + kDigitPixels);
    write_bytes(find.digit, pixels.data() + pixels.size() - kDigitPixels);
    labels.push_back(label);
  }
};

DigitSet set_of(const Examples& examples) {
  const auto count = static_cast<std::int64_t>(examples.labels.size());
  DigitSet digits{.images = torch::empty({count, 1, kDigitSide, kDigitSide}, torch::kUInt8),
                  .labels = torch::empty({count}, torch::kInt64),
                  .name = {},
                  .images_sha256 = {},
                  .labels_sha256 = {}};
  std::ranges::copy(examples.pixels, digits.images.data_ptr<std::uint8_t>());
  std::ranges::copy(examples.labels, digits.labels.data_ptr<std::int64_t>());
  add_digests(digits);
  return digits;
}

}  // namespace

PictureDigits digits_in_pictures(std::span<const LabelledFile> files, const Finder& finder,
                                 const std::function<void(std::size_t done)>& on_picture) {
  PictureDigits result;
  Examples digits;
  Examples others;
  const auto leave_out = [&](const LabelledFile& file, const PictureFailure& failure) {
    result.left_out.push_back({.path = file.path.string(), .failure = failure});
  };
  const auto take = [&](const LabelledFile& file, const Page& page) {
    if (file.label == kOutlierLabel) {
      for (const Find* find : finds_of_nothing(page, file)) others.add(*find, kOutlierLabel);
      return;
    }
    digits.add(find_for(page, file), file.label);
    result.names.push_back(file.path.string());
  };
  std::vector<std::filesystem::path> paths;
  for (const LabelledFile& file : files) paths.push_back(file.path);
  find_in_files(paths, finder, [&](std::size_t i, const FoundPicture& found) {
    try {
      if (found.page) {
        take(files[i], *found.page);
      } else {
        leave_out(files[i], found.failure);
      }
    } catch (const Error& error) {
      leave_out(files[i], {.reason = error.message(), .unreadable = false});
    }
    if (on_picture) on_picture(i + 1);
  });
  result.digits = set_of(digits);
  result.others = set_of(others);
  return result;
}

}  // namespace mnist
