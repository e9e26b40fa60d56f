// The IDX format of the MNIST files, plain or gzip-compressed. Thread-safe.
//
// Layout, all integers big-endian: two zero bytes, the element type (0x08, unsigned byte), the
// number of dimensions d, then d sizes of 32 bits, then the elements, last dimension fastest.
// Images have d = 3 (count, rows, columns), labels d = 1 (count). docs/formats.md has the details.
//
// The declared size must equal the payload exactly: LibTorch's own reader trains silently on
// truncated files, and aborts on a count that is not 60 000 or 10 000.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "mnist/bytes/file.h"

namespace mnist {

struct IdxImages {
  std::uint32_t count = 0;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::vector<std::uint8_t> pixels;  // count * rows * columns; MNIST: 0 is paper, 255 is ink
};

struct IdxLabels {
  std::vector<std::uint8_t> labels;
};

// Parses uncompressed IDX bytes. Throws Error{kCorrupt} with a separate message for each fault:
// shorter than its header, not IDX, another element type, another number of dimensions, a size of
// zero, fewer or more bytes than the header declares; kUnsupported for over 2 GiB of elements.
IdxImages parse_idx_images(std::span<const std::uint8_t> bytes);
IdxLabels parse_idx_labels(std::span<const std::uint8_t> bytes);

// The bytes that parse to the same values. Throws Error{kUsage} if the sizes contradict the
// elements, or one of them is zero.
Bytes serialize_idx(const IdxImages& images);
Bytes serialize_idx(const IdxLabels& labels);

// A pair of files that belong together.
struct IdxPair {
  IdxImages images;
  IdxLabels labels;
  std::string images_sha256;  // of the uncompressed content
  std::string labels_sha256;
};

// Reads `images` and `labels`, each plain or gzip by its content. Throws what the functions above
// and read_file throw, with the path; kCorrupt if counts differ, or a label is `classes` or more.
IdxPair read_idx_pair(const std::filesystem::path& images, const std::filesystem::path& labels,
                      int classes);

// The file `stem` or `stem`.gz in `folder`, plain first. If neither is there, throws Error{kIo}
// that names both and says how to get them, or under which other usual name the file is there.
std::filesystem::path find_idx_file(const std::filesystem::path& folder, const std::string& stem);

// `file`, or `file`.gz if only that is there.
std::filesystem::path plain_or_packed(const std::filesystem::path& file);

// The file of labels that goes with `images` by its name, "…-images-idx3-…" -> "…-labels-idx1-…",
// plain or packed. Throws Error{kUsage} for another name.
std::filesystem::path labels_beside(const std::filesystem::path& images);

}  // namespace mnist
