// IDX: 00 00 | type | d | d sizes, 32 bits big-endian | elements. The size that the header declares
// is compared with the actual bytes before anything is allocated.
#include "mnist/bytes/idx.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "mnist/base/error.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/gzip.h"
#include "mnist/bytes/sha256.h"

namespace fs = std::filesystem;

namespace mnist {
namespace {

constexpr std::uint8_t kUnsignedByte = 0x08;
constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kSizeBytes = 4;
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 31;
constexpr std::uint64_t kMaxFileBytes = kMaxElements + kMagicBytes + 3 * kSizeBytes;

constexpr std::size_t header_bytes(std::size_t dimensions) {
  return kMagicBytes + dimensions * kSizeBytes;
}

std::uint32_t read_size(std::span<const std::uint8_t> bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
}

void require_magic(std::span<const std::uint8_t> bytes, std::size_t dimensions) {
  if (bytes[0] != 0 || bytes[1] != 0) throw_corrupt("not an IDX file");
  if (bytes[2] != kUnsignedByte) {
    throw_corrupt("its elements are of IDX type " + std::to_string(bytes[2]) +
                  ", not unsigned bytes (type 8)");
  }
  if (bytes[3] != dimensions) {
    throw_corrupt("has " + std::to_string(bytes[3]) + " dimensions instead of " +
                  std::to_string(dimensions) +
                  " (images have 3, labels have 1: are the two files swapped?)");
  }
}

// Stops at the bound, because the product of three 32-bit sizes can overflow 64 bits.
std::uint64_t count_elements(std::span<const std::uint32_t> sizes) {
  std::uint64_t elements = 1;
  for (const std::uint32_t size : sizes) {
    elements *= size;
    if (elements > kMaxElements) {
      throw Error(ErrorKind::kUnsupported, "declares more than 2 GiB of elements");
    }
  }
  return elements;
}

// The sizes, after checking that header and payload are in order.
template <std::size_t dimensions>
std::array<std::uint32_t, dimensions> parse_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() >= kMagicBytes) require_magic(bytes, dimensions);
  if (bytes.size() < header_bytes(dimensions)) {
    throw_corrupt("too short for an IDX header: " + std::to_string(bytes.size()) +
                  " bytes instead of " + std::to_string(header_bytes(dimensions)));
  }
  std::array<std::uint32_t, dimensions> sizes;
  for (std::size_t i = 0; i < dimensions; ++i) {
    sizes[i] = read_size(bytes, kMagicBytes + i * kSizeBytes);
  }
  if (std::ranges::find(sizes, 0U) != sizes.end()) throw_corrupt("declares a size of 0");
  const std::uint64_t declared = count_elements(sizes);
  const std::uint64_t present = bytes.size() - header_bytes(dimensions);
  if (present != declared) {
    throw_corrupt((present < declared ? "truncated: " : "too long: ") + std::to_string(present) +
                  " bytes of elements instead of the " + std::to_string(declared) +
                  " that its header declares");
  }
  return sizes;
}

template <std::size_t dimensions>
Bytes serialize(const std::array<std::uint32_t, dimensions>& sizes, const Bytes& elements) {
  if (elements.empty() || count_elements(sizes) != elements.size()) {
    throw Error(ErrorKind::kUsage,
                std::to_string(elements.size()) + " bytes of elements contradict the sizes given");
  }
  Bytes bytes = {0, 0, kUnsignedByte, static_cast<std::uint8_t>(dimensions)};
  bytes.reserve(header_bytes(dimensions) + elements.size());
  for (const std::uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<std::uint8_t>(size >> shift));
    }
  }
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

// Reads the file, plain or gzip, parses it with `parse`, and notes the digest of its content.
template <typename Parse>
auto load(const fs::path& path, Parse parse, std::string& sha256) {
  try {
    Bytes bytes = read_file(path, kMaxFileBytes);
    if (is_gzip(bytes)) bytes = gunzip(bytes, kMaxFileBytes);
    auto parsed = parse(bytes);
    sha256 = sha256_hex(bytes);
    return parsed;
  } catch (const Error& error) {
    throw error.with_path(path);
  }
}

void require_labels_below(int classes, const std::vector<std::uint8_t>& labels,
                          const fs::path& path) {
  const auto wrong = std::ranges::find_if(labels, [&](int label) { return label >= classes; });
  if (wrong == labels.end()) return;
  const auto [lowest, highest] = std::ranges::minmax(labels);
  throw Error(ErrorKind::kCorrupt,
              "label " + std::to_string(*wrong) + " at index " +
                  std::to_string(wrong - labels.begin()) + " is outside the " +
                  std::to_string(classes) + " classes (its labels are " + std::to_string(lowest) +
                  " to " + std::to_string(highest) + ")",
              path);
}

// Names that some archives and unpackers give it.
std::vector<std::string> other_names_of(const std::string& stem) {
  std::string dotted = stem;
  if (const std::size_t at = dotted.rfind("-idx"); at != std::string::npos) dotted[at] = '.';
  return {dotted,
          dotted + ".gz",
          stem + "/" + stem,
          stem + "/" + dotted,
          dotted + "/" + dotted,
          dotted + "/" + stem};
}

}  // namespace

IdxImages parse_idx_images(std::span<const std::uint8_t> bytes) {
  const auto [count, rows, columns] = parse_header<3>(bytes);
  const auto pixels = bytes.subspan(header_bytes(3));
  return {
      .count = count, .rows = rows, .columns = columns, .pixels = {pixels.begin(), pixels.end()}};
}

IdxLabels parse_idx_labels(std::span<const std::uint8_t> bytes) {
  parse_header<1>(bytes);
  const auto labels = bytes.subspan(header_bytes(1));
  return {.labels = {labels.begin(), labels.end()}};
}

Bytes serialize_idx(const IdxImages& images) {
  return serialize<3>({images.count, images.rows, images.columns}, images.pixels);
}

Bytes serialize_idx(const IdxLabels& labels) {
  return serialize<1>({static_cast<std::uint32_t>(labels.labels.size())}, labels.labels);
}

IdxPair read_idx_pair(const fs::path& images, const fs::path& labels, int classes) {
  IdxPair pair;
  pair.images = load(images, parse_idx_images, pair.images_sha256);
  pair.labels = load(labels, parse_idx_labels, pair.labels_sha256);
  if (pair.labels.labels.size() != pair.images.count) {
    throw Error(ErrorKind::kCorrupt,
                "has " + std::to_string(pair.labels.labels.size()) + " labels for the " +
                    std::to_string(pair.images.count) + " images of " + images.string(),
                labels);
  }
  require_labels_below(classes, pair.labels.labels, labels);
  return pair;
}

fs::path find_idx_file(const fs::path& folder, const std::string& stem) {
  for (const std::string& name : {stem, stem + ".gz"}) {
    if (type_at(folder / name) == fs::file_type::regular) return folder / name;
  }
  std::error_code ignored;
  for (const std::string& name : other_names_of(stem)) {
    if (!fs::is_regular_file(folder / name, ignored)) continue;
    throw Error(
        ErrorKind::kIo,
        "contains neither " + stem + " nor " + stem + ".gz, but " + name + ": make that " + stem,
        folder);
  }
  throw Error(
      ErrorKind::kIo,
      "contains neither " + stem + " nor " + stem + ".gz (scripts/fetch-mnist.sh gets them)",
      folder);
}

std::filesystem::path plain_or_packed(const std::filesystem::path& file) {
  const std::filesystem::path packed = file.string() + ".gz";
  return !is_there(file) && is_there(packed) ? packed : file;
}

std::filesystem::path labels_beside(const std::filesystem::path& images) {
  std::string name = images.filename().string();
  const std::string of_images = "images-idx3";
  const std::size_t at = name.find(of_images);
  if (at == std::string::npos) {
    throw Error(ErrorKind::kUsage, "name its labels with --labels", images.string());
  }
  name.replace(at, of_images.size(), "labels-idx1");
  const bool is_packed = name.ends_with(".gz");  // its labels may not be
  const std::filesystem::path as_named = images.parent_path() / name;
  if (!is_packed || is_there(as_named)) return plain_or_packed(as_named);
  return images.parent_path() / name.substr(0, name.size() - 3);
}

}  // namespace mnist
