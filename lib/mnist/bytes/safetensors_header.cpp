// The header's JSON is parsed token by token, and the first unexpected token ends it: neither deep
// nesting nor long text that does not belong takes memory.
#include "mnist/bytes/safetensors_header.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/base/shown_text.h"

namespace mnist {
namespace {

using nlohmann::json;

// More than any file of this project needs, and few enough to keep memory small.
constexpr std::size_t kMostTensors = 10'000;
constexpr std::size_t kMostMetadata = 1'000;
constexpr std::size_t kMostDimensions = 16;

class HeaderReader : public nlohmann::json_sax<json> {
 public:
  bool null() override { misplaced(); }
  bool boolean(bool) override { misplaced(); }
  bool number_integer(number_integer_t) override { misplaced(); }
  bool number_float(number_float_t, const string_t&) override { misplaced(); }
  bool binary(binary_t&) override { misplaced(); }
  bool number_unsigned(number_unsigned_t value) override;
  bool string(string_t& text) override;
  bool start_object(std::size_t) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override;
  bool key(string_t& name) override;

  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    throw_corrupt("its header is not valid JSON, from byte " + std::to_string(position));
  }

  SafeTensorsHeader header;

 private:
  enum class Place { kOutside, kTop, kMetadata, kEntry, kList };

  std::string tensor() const { return "tensor " + in_quotes(name_); }
  [[noreturn]] void incomplete() const {
    throw_corrupt(tensor() + ": its entry must consist of dtype, shape and data_offsets");
  }
  [[noreturn]] void misplaced() const;
  bool is_known(const std::string& name) const;
  void read_type(const std::string& type_name);
  void finish_entry();

  Place place_ = Place::kOutside;
  bool has_metadata_ = false;
  std::string name_;                   // of the tensor
  std::string key_;                    // the last one in its entry, or in the metadata
  std::map<std::string, bool> given_;  // the keys of the entry so far
  TensorType type_ = TensorType::kFloat32;
  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> offsets_;
};

void HeaderReader::misplaced() const {
  switch (place_) {
    case Place::kMetadata:
      throw_corrupt("its metadata " + in_quotes(key_) + " is not a string");
    case Place::kEntry:
      throw_corrupt(tensor() + ": " + key_ +
                    (key_ == "dtype" ? " is not a string" : " is not a list"));
    case Place::kList:
      throw_corrupt(tensor() + ": " + key_ + " contains a value that is not a size");
    default:
      if (name_ == kMetadataKey) throw_corrupt("its metadata is not a JSON object");
      incomplete();
  }
}

bool HeaderReader::number_unsigned(number_unsigned_t value) {
  if (place_ != Place::kList || !std::in_range<std::int64_t>(value)) misplaced();
  std::vector<std::int64_t>& list = key_ == "shape" ? shape_ : offsets_;
  if (list.size() == kMostDimensions) {
    throw_corrupt(tensor() + ": " + key_ + " has more than " + std::to_string(kMostDimensions) +
                  " values");
  }
  list.push_back(static_cast<std::int64_t>(value));
  return true;
}

bool HeaderReader::string(string_t& text) {
  if (place_ == Place::kMetadata) {
    header.metadata.emplace(key_, std::move(text));
  } else if (place_ == Place::kEntry && key_ == "dtype") {
    read_type(text);
  } else {
    misplaced();
  }
  return true;
}

void HeaderReader::read_type(const std::string& type_name) {
  const TensorType* const type = tensor_type_of(type_name);
  if (type == nullptr) {
    throw Error(ErrorKind::kUnsupported,
                tensor() + ": element type " + in_quotes(type_name) + " is not supported");
  }
  type_ = *type;
}

bool HeaderReader::start_object(std::size_t) {
  if (place_ == Place::kOutside) {
    place_ = Place::kTop;
  } else if (place_ == Place::kTop) {
    place_ = name_ == kMetadataKey ? Place::kMetadata : Place::kEntry;
    given_.clear();
    shape_.clear();
    offsets_.clear();
  } else {
    misplaced();
  }
  return true;
}

bool HeaderReader::end_object() {
  if (place_ == Place::kEntry) finish_entry();
  place_ = place_ == Place::kTop ? Place::kOutside : Place::kTop;
  return true;
}

bool HeaderReader::start_array(std::size_t) {
  if (place_ != Place::kEntry || key_ == "dtype") misplaced();
  place_ = Place::kList;
  return true;
}

bool HeaderReader::end_array() {
  place_ = Place::kEntry;
  return true;
}

bool HeaderReader::is_known(const std::string& name) const {
  switch (place_) {
    case Place::kTop:
      return name == kMetadataKey ? has_metadata_ : header.tensors.contains(name);
    case Place::kMetadata:
      return header.metadata.contains(name);
    default:
      return given_.contains(name);
  }
}

bool HeaderReader::key(string_t& name) {
  if (is_known(name)) throw_corrupt("duplicate key " + in_quotes(name));
  if (place_ == Place::kTop) {
    has_metadata_ |= name == kMetadataKey;
    name_ = std::move(name);
    return true;
  }
  if (place_ == Place::kEntry) {
    if (name != "dtype" && name != "shape" && name != "data_offsets") incomplete();
    given_[name] = true;
  } else if (header.metadata.size() == kMostMetadata) {
    throw_corrupt("its metadata have more than " + std::to_string(kMostMetadata) + " keys");
  }
  key_ = std::move(name);
  return true;
}

void HeaderReader::finish_entry() {
  if (given_.size() != 3) incomplete();
  if (offsets_.size() != 2 || offsets_[0] > offsets_[1]) {
    throw_corrupt(tensor() + ": data_offsets are not a begin and an end");
  }
  SafeTensorsEntry entry{.type = type_,
                         .shape = std::exchange(shape_, {}),
                         .begin = static_cast<std::uint64_t>(offsets_[0]),
                         .end = static_cast<std::uint64_t>(offsets_[1])};
  if (tensor_bytes(entry.type, entry.shape) != entry.end - entry.begin) {
    throw_corrupt(tensor() + ": its shape and type contradict its data_offsets");
  }
  if (header.tensors.size() == kMostTensors) {
    throw_corrupt("it has more than " + std::to_string(kMostTensors) + " tensors");
  }
  header.tensors.emplace(name_, std::move(entry));
}

}  // namespace

SafeTensorsHeader parse_safetensors_header_text(std::string_view text) {
  if (text.empty() || text.front() != '{') throw_corrupt("its header is not a JSON object");
  // The JSON parser takes a zero byte for the end of the text.
  if (text.find('\0') != std::string_view::npos) throw_corrupt("its header contains a zero byte");
  HeaderReader reader;
  json::sax_parse(text.begin(), text.end(), &reader);
  return std::move(reader.header);
}

std::optional<std::uint64_t> tensor_bytes(TensorType type, const std::vector<std::int64_t>& shape) {
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

}  // namespace mnist
