#include "mnist/read/picture_digits.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "mnist/base/error.h"
#include "mnist/bytes/sha256.h"

namespace mnist {
namespace {

int likeliest(const Find& find) {
  return static_cast<int>(std::distance(
      find.first_look.begin(), std::max_element(find.first_look.begin(), find.first_look.end())));
}

// The find that `label` is meant for. Throws Error{kUnsupported} if that cannot be told.
const Find& find_for(const Page& page, int label) {
  std::vector<const Find*> digits;
  for (const Find& find : page.finds) {
    if (find.kind == FindKind::kDigit && std::ranges::max(find.digit.ink) > 0) {
      digits.push_back(&find);
    }
  }
  const auto is_meant = [&](const Find* find) { return likeliest(*find) == label; };
  if (digits.empty() || (page.is_faint && !is_meant(digits.front()))) {
    throw Error(ErrorKind::kUnsupported, "no digit was found");
  }
  if (digits.size() == 1) return *digits.front();
  if (std::count_if(digits.begin(), digits.end(), is_meant) != 1) {
    throw Error(ErrorKind::kUnsupported, "it is not clear which of " +
                                             std::to_string(digits.size()) + " finds is the digit");
  }
  return **std::find_if(digits.begin(), digits.end(), is_meant);
}

std::string digest(const torch::Tensor& tensor) {
  return sha256_hex({static_cast<const std::uint8_t*>(tensor.data_ptr()), tensor.nbytes()});
}

}  // namespace

PictureDigits digits_in_pictures(std::span<const LabelledFile> files, const Finder& finder,
                                 const std::function<void(std::size_t done)>& on_picture) {
  PictureDigits result;
  std::vector<std::uint8_t> pixels;
  std::vector<std::int64_t> labels;
  for (std::size_t i = 0; i < files.size(); ++i) {
    try {
      const Page page = find_in_file(files[i].path, finder);
      const Digit& digit = find_for(page, files[i].label).digit;
      pixels.resize(pixels.size() + kDigitPixels);
      write_bytes(digit, pixels.data() + pixels.size() - kDigitPixels);
      labels.push_back(files[i].label);
    } catch (const Error& error) {
      result.left_out.push_back({files[i].path.string(), error.message()});
    } catch (const std::exception& error) {  // out of memory, OpenCV: this picture's alone
      result.left_out.push_back(
          {files[i].path.string(), std::string("cannot be processed: ") + error.what()});
    }
    if (on_picture) on_picture(i + 1);
  }
  const auto count = static_cast<std::int64_t>(labels.size());
  DigitSet& digits = result.digits;
  digits.images = torch::empty({count, 1, kDigitSide, kDigitSide}, torch::kUInt8);
  digits.labels = torch::empty({count}, torch::kInt64);
  std::copy(pixels.begin(), pixels.end(), digits.images.data_ptr<std::uint8_t>());
  std::copy(labels.begin(), labels.end(), digits.labels.data_ptr<std::int64_t>());
  digits.images_sha256 = digest(digits.images);
  digits.labels_sha256 = digest(digits.labels);
  return result;
}

}  // namespace mnist
