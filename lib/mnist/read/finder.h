// Image -> where digits are, and which ink is theirs. Learned, without rules: the page network
// (model/page_network.h) looks at a pyramid of scales.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "mnist/digit/page.h"
#include "mnist/digit/polarity.h"
#include "mnist/image/image.h"
#include "mnist/model/network_file.h"

namespace mnist {

namespace reading {
class PageInference;
}

// If a picture holds more, the least sure finds are left out.
inline constexpr std::size_t kMostFinds = 2000;

class Finder {
 public:
  // Throws Error{kUnsupported} for a network of another kind, kCorrupt for an impossible threshold
  // and for values so large that its output is not finite.
  explicit Finder(NetworkFile file);

  // Everything in `image` that is or could be a digit, and the separators between digits, in
  // reading order; if nothing reaches the model's threshold, the likeliest place, whose score is
  // then below it. Digits carry their ink in MNIST's form and the page network's first look at
  // them, but no prediction yet. A 28x28 picture already in MNIST's own form is one digit whose
  // pixels are kept exactly (inverted for dark ink on white). Finds whose tone contradicts
  // `polarity` are left out. Time and memory grow with the picture's pixels up to a megapixel, and
  // no further. Thread-safe.
  Page find(const Image& image, Polarity polarity = Polarity::kAuto) const;

  const NetworkFile& file() const { return file_; }
  // The network as it reads; for lib/mnist/read only.
  const reading::PageInference& network() const { return *network_; }

 private:
  NetworkFile file_;
  double find_above_;
  std::shared_ptr<const reading::PageInference> network_;
};

// The same for a picture file. Throws what read_file and decode_image throw.
Page find_in_file(const std::filesystem::path& file, const Finder& finder);

// Loads a page network. Throws what load_network and Finder throw.
Finder load_finder(const std::filesystem::path& path);

}  // namespace mnist
