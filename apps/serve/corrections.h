// What people say a picture shows, kept for training (mnist-serve --collect).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "mnist/labels/label_list.h"

#include "serve/places.h"

namespace mnist::app::serve {

class Corrections {
 public:
  // Keeps them in `folder`, which is created if absent. Throws what make_folders() and LabelList
  // throw.
  explicit Corrections(const std::filesystem::path& folder);

  // Keeps the picture, under a name derived from its content, and what it shows; replaces earlier
  // labels of the same picture, and removes both if there are no labels. Both are on the disk when
  // this returns. Throws Error: kUnsupported or kCorrupt for a picture or label that is not valid,
  // kIo if it cannot be written or the folder has kMostPictures or kMostBytes of them; TooLate if
  // decoding cannot begin by `until`. Thread-safe.
  static constexpr std::size_t kMostPictures = 100'000;
  static constexpr std::uint64_t kMostBytes = 16ULL << 30;
  void keep(std::span<const std::uint8_t> picture, const std::vector<PlaceLabel>& labels,
            Clock::time_point until);

  // {"collects":true,"folder":…,"pictures":N}
  std::string describe() const;

 private:
  LabelList list_;
  Places places_{1};         // pictures may be large
  std::uint64_t bytes_ = 0;  // of the pictures
};

}  // namespace mnist::app::serve
