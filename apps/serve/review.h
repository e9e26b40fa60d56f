// A folder of pictures for a person to label (mnist-serve --review): what the reader doubts comes
// first, and every label is on the disk before the next picture is shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mnist/labels/label_list.h"

#include "serve/places.h"

namespace mnist::app::serve {

// What the reader says about a picture in the folder.
struct ReviewedPicture {
  std::string name;            // below the folder, in UTF-8
  std::optional<int> digit{};  // its best guess
  double confidence = 0;       // of the guess
  std::string reason{};        // why it was rejected; empty if it was not
};

class Review {
 public:
  // Takes over the labels already in the folder. Throws what LabelList throws.
  explicit Review(const std::filesystem::path& folder) : list_(folder) {}

  // The pictures to go through: sorted by doubt, rejected ones first, then by confidence. Those
  // with labels for parts of them are left out: one key would replace them. Call it once, before
  // anything else. Returns how many there are.
  std::size_t show(std::vector<ReviewedPicture> pictures);
  std::size_t size() const { return pictures_.size(); }

  // {"folder":…,"list":…,"pictures":[{"name","digit","confidence","reason","label"},…]}: label is
  // "0" to "9", "none" or null. Thread-safe.
  std::string describe() const;

  // Picture number `index` as a PNG that a browser can show. `index` is below size(). Throws
  // what read_file() and decode_image() throw, and TooLate if it cannot begin by `until`.
  // Thread-safe.
  std::vector<std::uint8_t> picture(std::size_t index, Clock::time_point until);

  // Sets or removes the label of picture number `index`. `index` is below size(). Throws what
  // LabelList::set throws. Thread-safe.
  void label(std::size_t index, std::optional<int> label);

 private:
  LabelList list_;
  std::vector<ReviewedPicture> pictures_;
  Places places_{1};  // pictures may be large
};

// The pictures of `folder` as names below it, in name order: files that begin like a picture and
// have a name in UTF-8, kMostReviewed at most. Throws Error{kIo} if there is none.
inline constexpr std::size_t kMostReviewed = 10'000;
struct FolderPictures {
  std::vector<std::string> names;
  std::size_t left_out = 0;  // beyond kMostReviewed, unreadable, or not named in UTF-8
};
FolderPictures pictures_to_review(const std::filesystem::path& folder);

}  // namespace mnist::app::serve
