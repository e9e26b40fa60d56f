#include "mnist/data/digit_set.h"

#include <cstring>

#include <torch/nn/functional/upsampling.h>

#include "mnist/bytes/idx.h"
#include "mnist/data/generated_digits.h"
#include "mnist/digit/digit.h"

namespace mnist {
namespace {

torch::Tensor image_tensor(const IdxImages& images) {
  torch::Tensor tensor =
      torch::empty({images.count, 1, images.rows, images.columns}, torch::kUInt8);
  std::memcpy(tensor.data_ptr<std::uint8_t>(), images.pixels.data(), images.pixels.size());
  return tensor;
}

torch::Tensor label_tensor(const IdxLabels& labels) {
  torch::Tensor bytes =
      torch::empty({static_cast<std::int64_t>(labels.labels.size())}, torch::kUInt8);
  std::memcpy(bytes.data_ptr<std::uint8_t>(), labels.labels.data(), labels.labels.size());
  return bytes.to(torch::kInt64);
}

torch::Tensor scale_to_digit_side(const torch::Tensor& images) {
  if (images.size(2) == kDigitSide && images.size(3) == kDigitSide) return images;
  const auto options = torch::nn::functional::InterpolateFuncOptions()
                           .size(std::vector<std::int64_t>{kDigitSide, kDigitSide})
                           .mode(torch::kBilinear)
                           .align_corners(false)
                           .antialias(true);
  return torch::nn::functional::interpolate(images.to(torch::kFloat32), options)
      .round_()
      .clamp_(0, 255)
      .to(torch::kUInt8);
}

}  // namespace

DigitSet DigitSet::subset(const torch::Tensor& indices) const {
  return {images.index_select(0, indices), labels.index_select(0, indices), name, images_sha256,
          labels_sha256};
}

DigitSet load_digit_set(const std::filesystem::path& images, const std::filesystem::path& labels) {
  const IdxPair pair = read_idx_pair(images, labels, kClasses);
  return {scale_to_digit_side(image_tensor(pair.images)), label_tensor(pair.labels),
          images.string(), pair.images_sha256, pair.labels_sha256};
}

DigitSet find_digit_set(const std::filesystem::path& folder, const std::string& images,
                        const std::string& labels) {
  const std::filesystem::path images_file =
      find_idx_file(folder, images);  // the first to be missed
  return load_digit_set(images_file, find_idx_file(folder, labels));
}

DigitSet load_mnist(const std::filesystem::path& folder, Split split) {
  const std::string stem = split == Split::kTrain ? "train" : "t10k";
  return find_digit_set(folder, stem + "-images-idx3-ubyte", stem + "-labels-idx1-ubyte");
}

DigitSet generate_digit_set(std::int64_t count, std::uint64_t seed) {
  const GeneratedSet generated = generate_digits(static_cast<std::uint32_t>(count), seed);
  return {
      image_tensor(generated.images), label_tensor(generated.labels), "generated digits", {}, {}};
}

torch::Tensor to_ink(const torch::Tensor& bytes) { return bytes.to(torch::kFloat32).div_(255); }

}  // namespace mnist
