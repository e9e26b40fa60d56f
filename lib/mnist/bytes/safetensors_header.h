// Internal: the header of a safetensors file (safetensors.h), read strictly. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/bytes/safetensors.h"

namespace mnist {

struct SafeTensorsEntry {
  TensorType type = TensorType::kFloat32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  // of its data, from the end of the header
  std::uint64_t end = 0;
};

struct SafeTensorsHeader {
  std::map<std::string, SafeTensorsEntry> tensors;
  std::map<std::string, std::string> metadata;
};

// The key of the metadata, which is not a tensor's name.
inline constexpr const char* kMetadataKey = "__metadata__";

// Every entry's shape and type fit its offsets. Takes memory only for what it returns, whatever
// else `text` contains. Throws Error like parse_safetensors.
SafeTensorsHeader parse_safetensors_header_text(std::string_view text);

// The type called `name`, or null.
const TensorType* tensor_type_of(std::string_view name);

// Bytes that such a tensor takes; nothing if the number exceeds 63 bits. A size of zero does not
// excuse the others, whatever their order.
std::optional<std::uint64_t> tensor_bytes(TensorType type, const std::vector<std::int64_t>& shape);

}  // namespace mnist
