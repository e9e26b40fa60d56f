// The safetensors container, as bytes: names, types, shapes and where each tensor's data lie.
// https://github.com/huggingface/safetensors (format description in its README). Thread-safe.
//
// Layout: 8 bytes little-endian length n of the header, n bytes of JSON, then the data. The header
// maps each name to {"dtype", "shape", "data_offsets": [begin, end]}, offsets counted from the end
// of the header; "__metadata__" maps strings to strings.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mnist/bytes/file.h"

namespace mnist {

// In the order in which the reference writer lays their data out.
enum class TensorType { kInt64, kFloat64, kFloat32, kBFloat16, kUInt8 };

// Bytes an element takes, and the format's name for it: "F32", "F64", "BF16", "I64", "U8".
std::size_t element_size(TensorType type);
const char* to_string(TensorType type);

struct TensorView {
  TensorType type = TensorType::kFloat32;
  std::vector<std::int64_t> shape;     // empty: a scalar
  std::span<const std::uint8_t> data;  // little-endian, last dimension fastest; not owned
};

struct SafeTensors {
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> metadata;
};

// How long a header may be: what a model needs at most, and the format's own limit.
inline constexpr std::uint64_t kShortHeaderBytes = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kLongestHeaderBytes = 100'000'000;

// The views point into `bytes`, which must outlive them; they may be unaligned. Throws Error:
// kCorrupt if the header is longer than `max_header` or than the file, is not a JSON object, has a
// duplicate key, more than 10,000 tensors, 1,000 metadata or 16 dimensions, or if an entry's shape,
// type and offsets disagree, tensors overlap or leave holes, or bytes trail; kUnsupported for an
// element type other than the above.
SafeTensors parse_safetensors(std::span<const std::uint8_t> bytes,
                              std::uint64_t max_header = kShortHeaderBytes);

// The same for the first 8 + `max_header` bytes of a file, or all of it if it is shorter: the views
// have no data. Without `file_bytes`, the size of the file, its end is not checked.
SafeTensors parse_safetensors_beginning(std::span<const std::uint8_t> beginning,
                                        std::optional<std::uint64_t> file_bytes,
                                        std::uint64_t max_header = kShortHeaderBytes);

// Tensors by type in the order of TensorType, then by name, their data aligned to 8 bytes: the same
// bytes as the reference writer's. The same content gives the same bytes. Throws Error{kUsage} if a
// tensor's data contradict its shape and type, or names and metadata are not UTF-8 or make a header
// longer than `max_header`.
Bytes serialize_safetensors(const SafeTensors& content,
                            std::uint64_t max_header = kShortHeaderBytes);

}  // namespace mnist
