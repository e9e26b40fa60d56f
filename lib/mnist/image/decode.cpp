// The first bytes tell the format; each has its own decoder.
#include "mnist/image/decode.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "mnist/base/error.h"
#include "mnist/image/codecs.h"

namespace mnist {
namespace {

using Bytes = std::span<const std::uint8_t>;

struct Codec {
  std::string_view name;
  bool (*begins)(Bytes);
  Image (*decode)(Bytes, const DecodeOptions&);  // null if it was not built in
  std::string_view package = "";                 // that it needs
};

// The decoders that were left out because their libraries are missing.
#if MNIST_HAVE_WEBP
constexpr auto* kDecodeWebp = &decode_webp;
#else
constexpr decltype(&decode_webp) kDecodeWebp = nullptr;
#endif
#if MNIST_HAVE_HEIF
constexpr auto* kDecodeHeif = &decode_heif;
#else
constexpr decltype(&decode_heif) kDecodeHeif = nullptr;
#endif
#if MNIST_HAVE_TIFF
constexpr auto* kDecodeTiff = &decode_tiff;
#else
constexpr decltype(&decode_tiff) kDecodeTiff = nullptr;
#endif

constexpr Codec kCodecs[] = {
    {"PNG", is_png, decode_png},
    {"JPEG", is_jpeg, decode_jpeg},
    {"PNM", is_pnm, decode_pnm},
    {"BMP", is_bmp, decode_bmp},
    {"GIF", is_gif, decode_gif},
    {"TIFF", is_tiff, kDecodeTiff, "libtiff-dev"},
    {"WebP", is_webp, kDecodeWebp, "libwebp-dev"},
    {"HEIF", is_heif, kDecodeHeif, "libheif-dev"},
};

const Codec* find_codec(Bytes bytes) {
  const auto* found =
      std::ranges::find_if(kCodecs, [&](const Codec& codec) { return codec.begins(bytes); });
  return found == std::end(kCodecs) ? nullptr : found;
}

// Throws if there is none.
const Codec& codec_of(Bytes bytes) {
  if (bytes.empty()) throw Error(ErrorKind::kUnsupported, "empty file");
  if (const Codec* codec = find_codec(bytes)) {
    if (codec->decode != nullptr) return *codec;
    throw Error(ErrorKind::kUnsupported, std::string(codec->name) + " is not built in: install " +
                                             std::string(codec->package) + " and build again");
  }
  throw Error(ErrorKind::kUnsupported, describe_foreign_format(bytes).value_or(
                                           "not a " + std::string(kImageFormats) + " image"));
}

std::string in_words(std::uint64_t limit) {
  constexpr std::uint64_t kMillion = 1'000'000;
  return limit >= kMillion && limit % kMillion == 0 ? std::to_string(limit / kMillion) + " million"
                                                    : std::to_string(limit);
}

void check_limit(std::uint64_t width, std::uint64_t height, std::uint64_t limit,
                 const std::string& of_what) {
  if (width == 0 || height <= limit / width) return;
  throw Error(ErrorKind::kUnsupported, std::to_string(width) + " x " + std::to_string(height) +
                                           " pixels are more than the limit of " + in_words(limit) +
                                           of_what);
}

}  // namespace

std::vector<std::string_view> supported_image_formats() {
  std::vector<std::string_view> names;
  for (const Codec& codec : kCodecs) {
    if (codec.decode == nullptr) continue;
#if MNIST_HAVE_HEIF
    if (codec.begins == is_heif) {
      if (can_decode_hevc()) names.push_back("HEIF");
      if (can_decode_av1()) names.push_back("AVIF");
      continue;
    }
#endif
    names.push_back(codec.name);
  }
  return names;
}

bool has_image_signature(Bytes bytes) { return find_codec(bytes) != nullptr; }

int page_count(Bytes bytes, const DecodeOptions& options) {
  const Codec& codec = codec_of(bytes);
  return codec.begins == is_tiff ? static_cast<int>(tiff_pages(bytes, options).size()) : 1;
}

Image decode_image(Bytes bytes, const DecodeOptions& options) {
  const Codec& codec = codec_of(bytes);
  if (options.page != 0 && codec.begins != is_tiff) {
    throw Error(ErrorKind::kUsage,
                "no page " + std::to_string(options.page + 1) + ": the file has one");
  }
  return codec.decode(bytes, options);
}

void check_pixel_limit(std::uint64_t width, std::uint64_t height, const DecodeOptions& options) {
  check_limit(width, height, options.max_pixels, "");
}

void check_whole_limit(std::uint64_t width, std::uint64_t height, const DecodeOptions& options,
                       const std::string& kind) {
  check_limit(width, height, options.max_whole_pixels, " for " + kind);
}

// Measured: unpacking a byte with zlib takes 2 to 3 ns, and four bytes of the canvas the same.
void check_unpacking(std::uint64_t width, std::uint64_t height, std::uint64_t stored_bits,
                     std::uint64_t result_bytes, std::size_t file_bytes) {
  constexpr std::uint64_t kAlways = std::uint64_t{256} << 20;
  constexpr std::uint64_t kPerByte = 64;
  constexpr std::uint64_t kMost = std::uint64_t{4} << 30;
  const std::uint64_t allowed = std::min(kMost, kAlways + kPerByte * file_bytes);
  const std::uint64_t bits_a_pixel = stored_bits + result_bytes * 2;
  if (width == 0 || height <= 8 * allowed / bits_a_pixel / width) return;
  throw Error(ErrorKind::kUnsupported, std::to_string(width) + " x " + std::to_string(height) +
                                           " pixels are more than a file of " +
                                           std::to_string(file_bytes) + " bytes may unpack to");
}

std::string as_reason(std::string message) {
  std::ranges::replace_if(
      message, [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  while (!message.empty() && (message.back() == ' ' || message.back() == '.')) message.pop_back();
  const bool starts_a_word =
      message.size() > 1 && std::islower(static_cast<unsigned char>(message[1])) != 0;
  if (starts_a_word) {
    message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  }
  return message;
}

std::string ErrorTrap::text() const { return as_reason(message.data()); }

}  // namespace mnist
