// Labelled digits in memory, one byte a pixel: MNIST's 60 000 images take 47 MB, a quarter of what
// LibTorch's own loader holds. Thread-safe for reading.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include <torch/types.h>

#include "mnist/digit/digit.h"
#include "mnist/image/image.h"

namespace mnist {

struct DigitSet {
  torch::Tensor images;       // uint8 [N,1,28,28] on the CPU; 255 is ink, 0 is paper
  torch::Tensor labels;       // int64 [N] on the CPU, 0 to 9, or kOutlierLabel
  std::string name;           // what reports call it, e.g. the path of the image file
  std::string images_sha256;  // of the uncompressed IDX content; empty if there was none
  std::string labels_sha256;

  std::int64_t size() const { return labels.defined() ? labels.size(0) : 0; }

  // The rows `indices` (int64 [M]) as a separate set, with the same name and digests.
  DigitSet subset(const torch::Tensor& indices) const;
};

enum class Split { kTrain, kTest };

// An IDX pair, plain or gzip. Images of a size other than 28x28 are scaled to it (bilinear,
// anti-aliased). Throws what read_idx_pair throws, and Error{kUnsupported} if they then take more
// than 2 GiB.
DigitSet load_digit_set(const std::filesystem::path& images, const std::filesystem::path& labels);

// The files `images` and `labels` in `folder`, each under its name or with ".gz" appended. Throws
// what find_idx_file and read_idx_pair throw.
DigitSet find_digit_set(const std::filesystem::path& folder, const std::string& images,
                        const std::string& labels);

// The files of MNIST in `folder`, under their usual names: train-images-idx3-ubyte, … t10k-….
DigitSet load_mnist(const std::filesystem::path& folder, Split split);

// Digits drawn by the project itself (draw/digits.h), classes evenly spread.
DigitSet generate_digit_set(std::int64_t count, std::uint64_t seed);

// `digits` followed by `count` digits by writers from all over the world (draw/hands.h), each by
// another one, classes evenly spread. A function of its arguments only.
DigitSet with_hands(const DigitSet& digits, std::int64_t count, std::uint64_t seed);

// `digits` followed by `count` images that are not digits (draw/outliers.h), labelled
// kOutlierLabel: half of them from nothing, half made of two of the digits. A function of its
// arguments only. Throws what generated_outlier throws.
DigitSet with_outliers(const DigitSet& digits, std::int64_t count, std::uint64_t seed);

// Gives `digits` the digests of its images' and labels' bytes, for a set that does not come from a
// file.
void add_digests(DigitSet& digits);

// `sets` (at least one) concatenated; the names joined by " + ", the digests hashed together.
DigitSet joined(std::span<const DigitSet> sets);

// A digit in the form of a set's images: kDigitPixels bytes.
void write_bytes(const Digit& digit, std::uint8_t* bytes);

// The image in a row of `digits`: 28x28, grey, ink light on black.
Image picture_of(const DigitSet& digits, std::int64_t row);

// Ink in [0,1] from bytes: float32 of the same shape.
torch::Tensor to_ink(const torch::Tensor& bytes);

}  // namespace mnist
