// safetensors: header length (8 bytes, little-endian) | header (JSON, padded with spaces) | data.
//
// Reading is strict, because a lenient reader is how one file comes to mean two things: the JSON
// must have no duplicate keys, and the tensors must cover the data exactly once.
#include "mnist/bytes/safetensors.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"

namespace mnist {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kMaxDepth = 3;  // header, entry, list of sizes
constexpr const char* kMetadataKey = "__metadata__";

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

[[noreturn]] void throw_corrupt(const std::string& message) {
  throw Error(ErrorKind::kCorrupt, message);
}

[[noreturn]] void throw_usage(const std::string& message) {
  throw Error(ErrorKind::kUsage, message);
}

// `name` as a short piece of one line, whatever a file put into it.
std::string shown(const std::string& name) {
  constexpr std::size_t kMaxShown = 80;
  return json(name.substr(0, kMaxShown)).dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string tensor(const std::string& name) { return "tensor " + shown(name); }

// Looks through the header for what the parsed value would hide, or what would exhaust the stack:
// duplicate keys and deep nesting.
class HeaderGuard : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }

  bool key(string_t& key) override {
    if (!keys_.back().insert(key).second) throw_corrupt("duplicate key " + shown(key));
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    throw_corrupt("its header is not valid JSON, from byte " + std::to_string(position));
  }

 private:
  bool enter() {
    if (keys_.size() == kMaxDepth) throw_corrupt("its header is nested too deeply");
    keys_.emplace_back();
    return true;
  }

  bool leave() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> keys_;  // seen so far, in each open object
};

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

json parse_header(std::string_view text) {
  if (text.empty() || text.front() != '{') throw_corrupt("its header is not a JSON object");
  // The JSON parser takes a zero byte for the end of the text.
  if (text.find('\0') != std::string_view::npos) throw_corrupt("its header contains a zero byte");
  HeaderGuard guard;
  json::sax_parse(text.begin(), text.end(), &guard);
  return json::parse(text.begin(), text.end());
}

std::map<std::string, std::string> read_metadata(const json& value) {
  if (!value.is_object()) throw_corrupt("its metadata is not a JSON object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) throw_corrupt("its metadata " + shown(key) + " is not a string");
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

TensorType read_type(const std::string& name, const json& value) {
  if (!value.is_string()) throw_corrupt(tensor(name) + ": dtype is not a string");
  const auto& type_name = value.get_ref<const std::string&>();
  const auto* const found =
      std::ranges::find_if(kTypes, [&](const TypeInfo& type) { return type_name == type.name; });
  if (found == std::end(kTypes)) {
    throw Error(ErrorKind::kUnsupported,
                tensor(name) + ": element type " + shown(type_name) + " is not supported");
  }
  return found->type;
}

std::vector<std::int64_t> read_integers(const std::string& name, const char* key,
                                        const json& value) {
  if (!value.is_array()) throw_corrupt(tensor(name) + ": " + key + " is not a list");
  std::vector<std::int64_t> integers;
  for (const json& item : value) {
    if (!item.is_number_unsigned() || !std::in_range<std::int64_t>(item.get<std::uint64_t>())) {
      throw_corrupt(tensor(name) + ": " + key + " contains a value that is not a size");
    }
    integers.push_back(item.get<std::int64_t>());
  }
  return integers;
}

// Nothing if it overflows. A size of zero does not excuse the others, whatever their order.
std::optional<std::uint64_t> byte_count(TensorType type, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = element_size(type);
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) return std::nullopt;
    empty = empty || size == 0;
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
    if (bytes > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
    bytes *= factor;
  }
  return empty ? 0 : bytes;
}

TensorView read_tensor(const std::string& name, const json& entry,
                       std::span<const std::uint8_t> data) {
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
      !entry.contains("shape") || !entry.contains("data_offsets")) {
    throw_corrupt(tensor(name) + ": its entry must consist of dtype, shape and data_offsets");
  }
  TensorView view{.type = read_type(name, entry["dtype"]),
                  .shape = read_integers(name, "shape", entry["shape"]),
                  .data = {}};
  const auto offsets = read_integers(name, "data_offsets", entry["data_offsets"]);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    throw_corrupt(tensor(name) + ": data_offsets are not a begin and an end");
  }
  const auto begin = static_cast<std::uint64_t>(offsets[0]);
  const auto end = static_cast<std::uint64_t>(offsets[1]);
  if (byte_count(view.type, view.shape) != end - begin) {
    throw_corrupt(tensor(name) + ": its shape and type contradict its data_offsets");
  }
  if (end > data.size()) throw_corrupt("truncated: " + tensor(name) + " ends beyond the file");
  view.data = data.subspan(begin, end - begin);
  return view;
}

using Item = std::pair<const std::string, TensorView>;

// The tensors in the order of `key(view)`, by name where that is equal.
template <typename Key>
std::vector<const Item*> sorted_items(const std::map<std::string, TensorView>& tensors, Key key) {
  std::vector<const Item*> items;
  items.reserve(tensors.size());
  for (const Item& item : tensors) items.push_back(&item);
  std::ranges::stable_sort(items, {},
                           [&](const Item* item) { return std::invoke(key, item->second); });
  return items;
}

// Every byte of `data` must belong to exactly one tensor: in the order of their data, each tensor
// begins where the one before it ends.
void require_exact_cover(const std::map<std::string, TensorView>& tensors,
                         std::span<const std::uint8_t> data) {
  const auto extent = [&](const TensorView& view) {
    return std::pair(view.data.data() - data.data(), view.data.size());
  };
  std::ptrdiff_t covered = 0;
  for (const Item* item : sorted_items(tensors, extent)) {
    const auto [begin, size] = extent(item->second);
    if (begin < covered) throw_corrupt(tensor(item->first) + " overlaps another");
    if (begin > covered) throw_corrupt("unused bytes before " + tensor(item->first));
    covered += static_cast<std::ptrdiff_t>(size);
  }
  const std::size_t trailing = data.size() - static_cast<std::size_t>(covered);
  if (trailing != 0) throw_corrupt(std::to_string(trailing) + " unused bytes at the end");
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

SafeTensors parse_safetensors(std::span<const std::uint8_t> bytes, std::uint64_t max_header) {
  const std::uint64_t header_size = read_header_size(bytes, max_header);
  const auto header = bytes.subspan(kLengthBytes, header_size);
  const auto data = bytes.subspan(kLengthBytes + header_size);
  const json entries = parse_header({reinterpret_cast<const char*>(header.data()), header.size()});

  SafeTensors content;
  for (const auto& [name, entry] : entries.items()) {
    if (name == kMetadataKey) {
      content.metadata = read_metadata(entry);
    } else {
      content.tensors.emplace(name, read_tensor(name, entry, data));
    }
  }
  require_exact_cover(content.tensors, data);
  return content;
}

Bytes serialize_safetensors(const SafeTensors& content, std::uint64_t max_header) {
  const auto items = sorted_items(content.tensors, &TensorView::type);

  ordered_json entries = ordered_json::object();
  if (!content.metadata.empty()) entries[kMetadataKey] = content.metadata;
  std::uint64_t end = 0;
  for (const Item* item : items) {
    const auto& [name, view] = *item;
    if (name == kMetadataKey) throw_usage("no tensor can be named " + name);
    if (byte_count(view.type, view.shape) != view.data.size()) {
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
  for (const Item* item : items) {
    bytes.insert(bytes.end(), item->second.data.begin(), item->second.data.end());
  }
  return bytes;
}

}  // namespace mnist
