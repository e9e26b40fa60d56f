#include "serve/review.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"
#include "mnist/image/encode.h"
#include "mnist/labels/labelled_files.h"

namespace mnist::app::serve {
namespace {

constexpr std::uint64_t kShownPixels = 1'000'000;  // more than the page has room for

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(nlohmann::json(text).dump());
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

}  // namespace

std::size_t Review::show(std::vector<ReviewedPicture> pictures) {
  pictures_ = std::move(pictures);
  std::erase_if(pictures_, [labels = list_.all()](const ReviewedPicture& picture) {
    const auto found = labels.find(picture.name);
    return found != labels.end() && found->second.front().box;
  });
  std::ranges::stable_sort(pictures_, {}, [](const ReviewedPicture& picture) {
    return std::pair(picture.reason.empty(), picture.confidence);
  });
  return pictures_.size();
}

std::string Review::describe() const {
  const auto labels = list_.all();
  nlohmann::ordered_json pictures = nlohmann::ordered_json::array();
  for (const ReviewedPicture& picture : pictures_) {
    nlohmann::ordered_json json = {{"name", picture.name},
                                   {"digit", nullptr},
                                   {"confidence", picture.confidence},
                                   {"reason", nullptr},
                                   {"label", nullptr}};
    if (picture.digit) json["digit"] = *picture.digit;
    if (!picture.reason.empty()) json["reason"] = picture.reason;
    const auto label = labels.find(picture.name);
    if (label != labels.end()) json["label"] = to_word(label->second.front().label);
    pictures.push_back(std::move(json));
  }
  return nlohmann::ordered_json({{"folder", list_.folder().string()},
                                 {"list", list_.file().string()},
                                 {"pictures", std::move(pictures)}})
      .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::vector<std::uint8_t> Review::picture(std::size_t index, Clock::time_point until) {
  const Places::Taken place(places_, until);
  const Bytes bytes = read_file(list_.folder() / pictures_.at(index).name, kMaxPictureBytes);
  return encode_png(decode_image(bytes, {.max_decoded_pixels = kShownPixels}));
}

void Review::label(std::size_t index, std::optional<int> label) {
  const std::string& name = pictures_.at(index).name;
  list_.set(name, label ? std::vector<PlaceLabel>{{.label = *label}} : std::vector<PlaceLabel>{});
}

FolderPictures pictures_to_review(const std::filesystem::path& folder) {
  FolderPictures pictures;
  for (const std::filesystem::path& path : files_below(folder)) {
    try {
      if (!has_image_signature(read_beginning(path, kSignatureBytes))) continue;
    } catch (const Error&) {
      ++pictures.left_out;
      continue;
    }
    std::string name = path.lexically_relative(folder).string();
    if (pictures.names.size() < kMostReviewed && is_utf8(name)) {
      pictures.names.push_back(std::move(name));
    } else {
      ++pictures.left_out;
    }
  }
  if (pictures.names.empty()) throw Error(ErrorKind::kIo, "contains no picture", folder.string());
  return pictures;
}

}  // namespace mnist::app::serve
