// Image -> where digits are, and which ink is their own. Learned, without rules: the page network
// (model/page_network.h) looks at a pyramid of scales.
#pragma once

#include <cstddef>
#include <filesystem>

#include "mnist/digit/page.h"
#include "mnist/digit/polarity.h"
#include "mnist/image/image.h"
#include "mnist/model/network_file.h"
#include "mnist/model/page_network.h"

namespace mnist {

// What a picture holds more of is left out: the least sure finds.
inline constexpr std::size_t kMostFinds = 2000;

class Finder {
 public:
  // Throws Error{kUnsupported} for a network of another kind, kCorrupt for an impossible threshold
  // and for values so large that what it says is not finite.
  explicit Finder(NetworkFile file);

  // Everything in `image` that is or could be a digit, and the separators between digits, in
  // reading order; if nothing reaches the model's threshold, the likeliest place, whose score is
  // then below it. Digits carry their ink in MNIST's form and the page network's first look at
  // them, but no prediction yet. A 28x28 picture that has MNIST's own form already is one digit
  // whose pixels are kept exactly (inverted for dark ink on white). Finds whose tone contradicts
  // `polarity` are left out. Time and memory grow with the picture's pixels up to those of a
  // megapixel, and no further. Thread-safe.
  Page find(const Image& image, Polarity polarity = Polarity::kAuto) const;

  const NetworkFile& file() const { return file_; }
  // In evaluation mode, and to be left there.
  PageNetImpl& network() const { return *network_; }

 private:
  NetworkFile file_;
  PageNetImpl* network_;  // file_'s
  double find_above_;
};

// The same of a picture's file. Throws what read_file and decode_image throw.
Page find_in_file(const std::filesystem::path& file, const Finder& finder);

// Loads a page network. Throws what load_network and Finder throw.
Finder load_finder(const std::filesystem::path& path);

}  // namespace mnist
