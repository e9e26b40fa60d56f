#include "mnist/data/digit_set.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <ATen/Parallel.h>
#include <torch/nn/functional/upsampling.h>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/bytes/idx.h"
#include "mnist/bytes/sha256.h"
#include "mnist/digit/digit.h"
#include "mnist/draw/digits.h"
#include "mnist/draw/hands.h"
#include "mnist/draw/outliers.h"

namespace mnist {
namespace {

// A stream of mix_seed.
constexpr std::uint64_t kOutlierStream = 0x0071'1e25'0000'0000ULL;
constexpr std::uint64_t kHandStream = 0x4a9d'0000'0000'0000ULL;
// Widths of a pen that give strokes of MNIST's weight, in the drawing's unit.
constexpr double kThinnestPen = 0.11;
constexpr double kThickestPen = 0.19;

// The limit for IDX files: a small file of tiny images must not take all memory.
constexpr std::int64_t kMaxScaledBytes = std::int64_t{1} << 31;

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

torch::Tensor scale_to_digit_side(const torch::Tensor& images, const std::string& path) {
  if (images.size(2) == kDigitSide && images.size(3) == kDigitSide) return images;
  if (images.size(0) * kDigitPixels > kMaxScaledBytes) {
    throw Error(ErrorKind::kUnsupported, "its images take more than 2 GiB at 28x28 pixels", path);
  }
  const auto options = torch::nn::functional::InterpolateFuncOptions()
                           .size(std::vector<std::int64_t>{kDigitSide, kDigitSide})
                           .mode(torch::kBilinear)
                           .align_corners(false)
                           .antialias(true);
  const std::int64_t count = images.size(0);
  torch::Tensor scaled = torch::empty({count, 1, kDigitSide, kDigitSide}, torch::kUInt8);
  constexpr std::int64_t kAtOnce = 1024;  // as float32 they take much more than as bytes
  for (std::int64_t begin = 0; begin < count; begin += kAtOnce) {
    const std::int64_t length = std::min(kAtOnce, count - begin);
    const torch::Tensor some = images.narrow(0, begin, length).to(torch::kFloat32);
    scaled.narrow(0, begin, length)
        .copy_(torch::nn::functional::interpolate(some, options).round_().clamp_(0, 255));
  }
  return scaled;
}

Digit one_outlier(const std::uint8_t* images, const std::int64_t* labels, std::int64_t size,
                  std::uint64_t seed, std::int64_t index) {
  const std::uint64_t own_seed = mix_seed(seed, kOutlierStream + static_cast<std::uint64_t>(index));
  if (size == 0 || index % 2 == 0) return generated_outlier(own_seed, 0);
  const auto digit = [&](std::uint64_t stream) {
    return static_cast<std::int64_t>(mix_seed(own_seed, stream) % static_cast<std::uint64_t>(size));
  };
  const auto bytes = [&](std::int64_t row) {
    return DigitBytes(images + row * kDigitPixels, kDigitPixels);
  };
  const std::int64_t a = digit(1);
  const std::int64_t b = digit(2);
  return outlier_from_digits(bytes(a), static_cast<int>(labels[a]), bytes(b),
                             static_cast<int>(labels[b]), own_seed);
}

}  // namespace

void write_bytes(const Digit& digit, std::uint8_t* bytes) {
  std::transform(digit.ink.begin(), digit.ink.end(), bytes,
                 [](float ink) { return static_cast<std::uint8_t>(std::lround(ink * 255)); });
}

DigitSet DigitSet::subset(const torch::Tensor& indices) const {
  return {images.index_select(0, indices), labels.index_select(0, indices), name, images_sha256,
          labels_sha256};
}

DigitSet load_digit_set(const std::filesystem::path& images, const std::filesystem::path& labels) {
  const IdxPair pair = read_idx_pair(images, labels, kClasses);
  return {scale_to_digit_side(image_tensor(pair.images), images.string()),
          label_tensor(pair.labels), images.string(), pair.images_sha256, pair.labels_sha256};
}

DigitSet find_digit_set(const std::filesystem::path& folder, const std::string& images,
                        const std::string& labels) {
  const std::filesystem::path images_file =
      find_idx_file(folder, images);  // the first to be reported missing
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

DigitSet with_hands(const DigitSet& digits, std::int64_t count, std::uint64_t seed) {
  torch::Tensor images = torch::empty({count, 1, kDigitSide, kDigitSide}, torch::kUInt8);
  torch::Tensor labels = torch::arange(count, torch::kInt64).remainder(kClasses);
  auto* out = images.data_ptr<std::uint8_t>();
  at::parallel_for(0, count, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::mt19937_64 engine(mix_seed(seed, kHandStream + static_cast<std::uint64_t>(i)));
      const Writer writer = draw_writer(engine);
      Drawing drawing = draw_digit(static_cast<int>(i % kClasses), writer, engine);
      drawing.thickness = std::clamp(drawing.thickness, kThinnestPen, kThickestPen);
      write_bytes(render_digit(drawing), out + i * kDigitPixels);
    }
  });
  return {torch::cat({digits.images, images}), torch::cat({digits.labels, labels}), digits.name,
          digits.images_sha256, digits.labels_sha256};
}

DigitSet with_outliers(const DigitSet& digits, std::int64_t count, std::uint64_t seed) {
  torch::Tensor outliers = torch::empty({count, 1, kDigitSide, kDigitSide}, torch::kUInt8);
  const auto* images = digits.images.data_ptr<std::uint8_t>();
  const auto* labels = digits.labels.data_ptr<std::int64_t>();
  auto* out = outliers.data_ptr<std::uint8_t>();
  at::parallel_for(0, count, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      write_bytes(one_outlier(images, labels, digits.size(), seed, i), out + i * kDigitPixels);
    }
  });
  return {torch::cat({digits.images, outliers}),
          torch::cat({digits.labels, torch::full({count}, kOutlierLabel, torch::kInt64)}),
          digits.name, digits.images_sha256, digits.labels_sha256};
}

void add_digests(DigitSet& digits) {
  const auto digest = [](const torch::Tensor& tensor) {
    return sha256_hex({static_cast<const std::uint8_t*>(tensor.data_ptr()), tensor.nbytes()});
  };
  digits.images_sha256 = digest(digits.images);
  digits.labels_sha256 = digest(digits.labels);
}

DigitSet joined(std::span<const DigitSet> sets) {
  if (sets.size() == 1) return sets.front();
  DigitSet all;
  std::vector<torch::Tensor> images;
  std::vector<torch::Tensor> labels;
  std::string of_images;
  std::string of_labels;
  for (const DigitSet& set : sets) {
    images.push_back(set.images);
    labels.push_back(set.labels);
    all.name += (all.name.empty() ? "" : " + ") + set.name;
    of_images += set.images_sha256 + "\n";
    of_labels += set.labels_sha256 + "\n";
  }
  const auto digest = [](const std::string& text) {
    return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  all.images = torch::cat(images);
  all.labels = torch::cat(labels);
  all.images_sha256 = digest(of_images);
  all.labels_sha256 = digest(of_labels);
  return all;
}

Image picture_of(const DigitSet& digits, std::int64_t row) {
  const auto* pixels = digits.images.data_ptr<std::uint8_t>() + row * kDigitPixels;
  return {.width = kDigitSide,
          .height = kDigitSide,
          .format = PixelFormat::kGrey,
          .pixels = {pixels, pixels + kDigitPixels}};
}

torch::Tensor to_ink(const torch::Tensor& bytes) { return bytes.to(torch::kFloat32).div_(255); }

}  // namespace mnist
