// A safetensors file (bytes/safetensors.h): images and labels of the digits and of the others;
// names and what was left out are JSON in its metadata.
#include "mnist/train/picture_cache.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/base/version.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/safetensors.h"
#include "mnist/bytes/sha256.h"
#include "mnist/image/decode.h"
#include "mnist/model/network_file.h"
#include "mnist/model/tensor_view.h"

namespace mnist {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 30;
constexpr const char* kForm = "1";  // of the file, and of how pictures become digits

std::string digest_of_file(const fs::path& file) {
  try {
    return sha256_hex(read_file(file, kMaxPictureBytes));
  } catch (const Error&) {
    return "unreadable";
  }
}

fs::path file_of(const fs::path& folder, const std::string& key) {
  return folder / (key + ".safetensors");
}

DigitSet set_of(const SafeTensors& content, const std::string& name, int lowest, int highest) {
  DigitSet digits;
  digits.images = tensor_of(content.tensors.at(name + ".images"));
  digits.labels = tensor_of(content.tensors.at(name + ".labels"));
  const std::int64_t count = digits.size();
  const bool fits = digits.images.scalar_type() == torch::kUInt8 &&
                    digits.labels.scalar_type() == torch::kInt64 && digits.labels.dim() == 1 &&
                    digits.images.sizes() == torch::IntArrayRef({count, 1, kDigitSide, kDigitSide});
  const auto out_of_range = [&] {
    return digits.labels.lt(lowest).logical_or(digits.labels.gt(highest)).any().item<bool>();
  };
  if (!fits || (count > 0 && out_of_range())) throw Error(ErrorKind::kCorrupt, "is damaged");
  add_digests(digits);
  return digits;
}

}  // namespace

std::string picture_key(std::span<const LabelledFile> files, const fs::path& page_model) {
  std::string text = std::string(kForm) + " " + kVersion + " " + network_digest(page_model) + "\n";
  std::map<fs::path, std::string> digests;  // a list may name a picture many times
  for (const LabelledFile& file : files) {
    const auto [entry, is_new] = digests.try_emplace(file.path);
    if (is_new) entry->second = digest_of_file(file.path);
    text += entry->second + " " + to_word(file.label);
    if (file.box) {
      for (const int part : {file.box->x, file.box->y, file.box->width, file.box->height}) {
        text += " " + std::to_string(part);
      }
    }
    text += " " + std::to_string(file.path.string().size()) + " " + file.path.string() + "\n";
  }
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::optional<PictureDigits> kept_pictures(const fs::path& folder, const std::string& key) {
  try {
    const Bytes bytes = read_file(file_of(folder, key), kMostBytes);
    const SafeTensors content = parse_safetensors(bytes, kLongestHeaderBytes);
    PictureDigits pictures{.digits = set_of(content, "digits", 0, kClasses - 1),
                           .names = Json::parse(content.metadata.at("names")),
                           .others = set_of(content, "others", kOutlierLabel, kOutlierLabel),
                           .left_out = {}};
    for (const Json& entry : Json::parse(content.metadata.at("left_out"))) {
      pictures.left_out.push_back(
          {.path = entry.at(0), .failure = {.reason = entry.at(1), .unreadable = entry.at(2)}});
    }
    if (std::ssize(pictures.names) != pictures.digits.size()) return std::nullopt;
    return pictures;
  } catch (const std::exception&) {  // absent, damaged, or of another form: read them again
    return std::nullopt;
  }
}

void keep_pictures(const fs::path& folder, const std::string& key, const PictureDigits& pictures) {
  if (std::ranges::any_of(pictures.left_out,
                          [](const LeftOutPicture& picture) { return picture.failure.may_pass; }))
    return;
  Json left_out = Json::array();
  for (const LeftOutPicture& picture : pictures.left_out) {
    left_out.push_back({picture.path, picture.failure.reason, picture.failure.unreadable});
  }
  SafeTensors content;
  try {
    content.metadata = {{"names", Json(pictures.names).dump()}, {"left_out", left_out.dump()}};
  } catch (const Json::type_error&) {
    return;
  }
  content.tensors = {{"digits.images", view_of(pictures.digits.images)},
                     {"digits.labels", view_of(pictures.digits.labels)},
                     {"others.images", view_of(pictures.others.images)},
                     {"others.labels", view_of(pictures.others.labels)}};
  make_folders(folder);
  write_file_atomically(file_of(folder, key), serialize_safetensors(content, kLongestHeaderBytes));
}

}  // namespace mnist
