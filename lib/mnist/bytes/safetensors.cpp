// safetensors: header length (8 bytes, little-endian) | header (JSON, padded with spaces) | data.
//
// Reading is strict, because a lenient reader lets one file mean two things: the JSON must have no
// duplicate keys, and the tensors must cover the data exactly once.
#include "mnist/bytes/safetensors.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/base/shown_text.h"
#include "mnist/bytes/safetensors_header.h"

namespace mnist {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kAlignment = 8;

struct TypeInfo {
  TensorType type;
  const char* name;
  std::size_t size;
};

constexpr TypeInfo kTypes[] = {{TensorType::kInt64, "I64", 8},
                               {TensorType::kFloat64, "F64", 8},
                               {TensorType::kFloat32, "F32", 4},
                               {TensorType::kBFloat16, "BF16", 2},
                               {TensorType::kUInt8, "U8", 1}};

const TypeInfo& info(TensorType type) { return kTypes[static_cast<std::size_t>(type)]; }

[[noreturn]] void throw_usage(const std::string& message) {
  throw Error(ErrorKind::kUsage, message);
}

std::string tensor(const std::string& name) { return "tensor " + in_quotes(name); }

std::string size_text(std::uint64_t bytes) {
  return bytes % (1 << 20) == 0 ? std::to_string(bytes >> 20) + " MiB"
                                : std::to_string(bytes) + " bytes";
}

std::uint64_t read_header_size(std::span<const std::uint8_t> bytes, std::uint64_t max_header) {
  if (bytes.size() < kLengthBytes) throw_corrupt("too short for a safetensors file");
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) size |= std::uint64_t{bytes[i]} << (8 * i);
  if (size > max_header) {
    throw_corrupt("its header is longer than " + size_text(max_header) +
                  ", or this is not a safetensors file");
  }
  if (size > bytes.size() - kLengthBytes) throw_corrupt("truncated within its header");
  return size;
}

// The items of a map in the order of `key(value)`, by name if that is equal.
template <typename Map, typename Key>
auto sorted_items(const Map& map, Key key) {
  std::vector<const typename Map::value_type*> items;
  items.reserve(map.size());
  for (const auto& item : map) items.push_back(&item);
  std::ranges::stable_sort(items, {},
                           [&](const auto* item) { return std::invoke(key, item->second); });
  return items;
}

// Every byte of the data must belong to exactly one tensor: in the order of their data, each tensor
// begins where the one before it ends. Without `data_bytes`, the end of the data is not known yet.
void require_exact_cover(const std::map<std::string, SafeTensorsEntry>& tensors,
                         std::optional<std::uint64_t> data_bytes) {
  for (const auto& [name, entry] : tensors) {
    if (data_bytes && entry.end > *data_bytes) {
      throw_corrupt("truncated: " + tensor(name) + " ends beyond the file");
    }
  }
  const auto extent = [](const SafeTensorsEntry& entry) {
    return std::pair(entry.begin, entry.end);
  };
  std::uint64_t covered = 0;
  for (const auto* item : sorted_items(tensors, extent)) {
    const auto& [name, entry] = *item;
    if (entry.begin < covered) throw_corrupt(tensor(name) + " overlaps another");
    if (entry.begin > covered) throw_corrupt("unused bytes before " + tensor(name));
    covered = entry.end;
  }
  if (data_bytes && covered != *data_bytes) {
    const std::uint64_t trailing = *data_bytes - covered;
    throw_corrupt(std::to_string(trailing) + (trailing == 1 ? " unused byte" : " unused bytes") +
                  " at the end");
  }
}

// The header of a file that begins with `bytes` and has `file_bytes` of them, if known.
SafeTensorsHeader read_header(std::span<const std::uint8_t> bytes,
                              std::optional<std::uint64_t> file_bytes, std::uint64_t max_header) {
  const std::uint64_t size = read_header_size(bytes, max_header);
  const auto text = bytes.subspan(kLengthBytes, size);
  SafeTensorsHeader header =
      parse_safetensors_header_text({reinterpret_cast<const char*>(text.data()), text.size()});
  std::optional<std::uint64_t> data_bytes;
  if (file_bytes)
    data_bytes = std::max<std::uint64_t>(*file_bytes, bytes.size()) - kLengthBytes - size;
  require_exact_cover(header.tensors, data_bytes);
  return header;
}

// As views of `data`, or without data if there are none.
SafeTensors content_of(SafeTensorsHeader header, std::span<const std::uint8_t> data) {
  SafeTensors content{.tensors = {}, .metadata = std::move(header.metadata)};
  for (auto& [name, entry] : header.tensors) {
    TensorView view{.type = entry.type, .shape = std::move(entry.shape), .data = {}};
    if (!data.empty()) view.data = data.subspan(entry.begin, entry.end - entry.begin);
    content.tensors.emplace(name, std::move(view));
  }
  return content;
}

// The header's text, padded so that the data begin aligned.
std::string dump_header(const ordered_json& entries, std::uint64_t max_header) {
  std::string text;
  try {
    text = entries.dump();
  } catch (const json::exception&) {
    throw_usage("a name or a metadata string is not UTF-8");
  }
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  if (text.size() > max_header) {
    throw_usage("names and metadata take more than " + size_text(max_header));
  }
  return text;
}

}  // namespace

std::size_t element_size(TensorType type) { return info(type).size; }

const char* to_string(TensorType type) { return info(type).name; }

const TensorType* tensor_type_of(std::string_view name) {
  const auto* const found =
      std::ranges::find_if(kTypes, [&](const TypeInfo& type) { return name == type.name; });
  return found == std::end(kTypes) ? nullptr : &found->type;
}

SafeTensors parse_safetensors(std::span<const std::uint8_t> bytes, std::uint64_t max_header) {
  SafeTensorsHeader header = read_header(bytes, bytes.size(), max_header);
  return content_of(std::move(header),
                    bytes.subspan(kLengthBytes + read_header_size(bytes, max_header)));
}

SafeTensors parse_safetensors_beginning(std::span<const std::uint8_t> beginning,
                                        std::optional<std::uint64_t> file_bytes,
                                        std::uint64_t max_header) {
  return content_of(read_header(beginning, file_bytes, max_header), {});
}

Bytes serialize_safetensors(const SafeTensors& content, std::uint64_t max_header) {
  const auto items = sorted_items(content.tensors, &TensorView::type);

  ordered_json entries = ordered_json::object();
  if (!content.metadata.empty()) entries[kMetadataKey] = content.metadata;
  std::uint64_t end = 0;
  for (const auto* item : items) {
    const auto& [name, view] = *item;
    if (name == kMetadataKey) throw_usage("no tensor can be named " + name);
    if (tensor_bytes(view.type, view.shape) != view.data.size()) {
      throw_usage(tensor(name) + ": its data contradict its shape and type");
    }
    const std::uint64_t begin = std::exchange(end, end + view.data.size());
    entries[name] = {
        {"dtype", to_string(view.type)}, {"shape", view.shape}, {"data_offsets", {begin, end}}};
  }

  const std::string header = dump_header(entries, max_header);
  Bytes bytes;
  bytes.reserve(kLengthBytes + header.size() + end);
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(std::uint64_t{header.size()} >> (8 * i)));
  }
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (const auto* item : items) {
    bytes.insert(bytes.end(), item->second.data.begin(), item->second.data.end());
  }
  return bytes;
}

}  // namespace mnist
