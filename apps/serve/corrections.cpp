#include "serve/corrections.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/sha256.h"
#include "mnist/digit/page.h"
#include "mnist/image/decode.h"

namespace mnist::app::serve {
namespace {

const std::filesystem::path& made(const std::filesystem::path& folder) {
  make_folders(folder);
  return folder;
}

// Programs here go by content; people, and programs that show thumbnails, go by the ending.
std::string_view ending_of(std::span<const std::uint8_t> picture) {
  const std::string_view bytes(reinterpret_cast<const char*>(picture.data()), picture.size());
  if (bytes.starts_with("\x89PNG")) return ".png";
  if (bytes.starts_with("\xff\xd8\xff")) return ".jpg";
  if (bytes.starts_with("GIF8")) return ".gif";
  if (bytes.starts_with("RIFF")) return ".webp";
  return ".picture";
}

std::string name_of(std::span<const std::uint8_t> picture) {
  constexpr std::size_t kEnough = 20;
  return sha256_hex(picture).substr(0, kEnough) + std::string(ending_of(picture));
}

}  // namespace

Corrections::Corrections(const std::filesystem::path& folder) : list_(made(folder)) {
  for (const auto& [name, labels] : list_.all()) {
    std::error_code absent;
    const std::uintmax_t bytes = std::filesystem::file_size(list_.folder() / name, absent);
    if (!absent) bytes_ += bytes;
  }
}

void Corrections::keep(std::span<const std::uint8_t> picture, const std::vector<PlaceLabel>& labels,
                       Clock::time_point until) {
  const Places::Taken place(places_, until);
  const std::string name = name_of(picture);
  const std::filesystem::path file = list_.folder() / name;
  const bool is_known = !list_.labels(name).empty();
  if (labels.empty()) {
    if (!is_known) return;
    list_.set(name, {});
    std::error_code stays;  // without a label it is not trained on
    std::filesystem::remove(file, stays);
    bytes_ -= std::min<std::uint64_t>(bytes_, picture.size());
    return;
  }
  if (is_known) {
    list_.set(name, labels);
    return;
  }
  if (list_.pictures() >= kMostPictures || bytes_ + picture.size() > kMostBytes) {
    throw Error(ErrorKind::kIo, "the folder of corrections is full", list_.folder().string());
  }
  decode_image(picture, {.max_decoded_pixels = kMostUsefulPixels});
  write_file_atomically(file, picture);
  try {
    list_.set(name, labels);
  } catch (...) {
    std::error_code stays;
    std::filesystem::remove(file, stays);
    throw;
  }
  bytes_ += picture.size();
}

std::string Corrections::describe() const {
  return nlohmann::ordered_json({{"collects", true},
                                 {"folder", list_.folder().string()},
                                 {"pictures", list_.pictures()}})
      .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace mnist::app::serve
