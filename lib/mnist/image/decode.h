// Bytes -> Image: PNG, JPEG and PNM, recognised by their content and never by a file name.
//
// Every input is taken for hostile: sizes are checked before memory is asked for, and a file that
// would cost unreasonable time is refused. Thread-safe: no shared state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mnist/image/image.h"

namespace mnist {

// The formats in words, for messages, and their media types.
inline constexpr std::string_view kImageFormats = "PNG, JPEG or PNM";
inline constexpr std::array<std::string_view, 6> kImageMediaTypes = {"image/png",
                                                                     "image/jpeg",
                                                                     "image/x-portable-anymap",
                                                                     "image/x-portable-bitmap",
                                                                     "image/x-portable-graymap",
                                                                     "image/x-portable-pixmap"};

// Whether `bytes` begin like a file of one of these formats; its first kSignatureBytes tell.
inline constexpr std::size_t kSignatureBytes = 8;
bool has_image_signature(std::span<const std::uint8_t> bytes);

struct DecodeLimits {
  std::uint64_t max_pixels = 64'000'000;  // width * height
  int max_jpeg_scans = 64;                // a progressive file can ask for a minute of work
};

// Decodes a whole file held in memory.
//   PNG (ISO/IEC 15948): every bit depth, palette, grey, alpha, interlace. Pictures with
//     transparency come as kRgba; opaque grey ones as kGrey, other opaque ones as kRgba, alpha 255.
//   JPEG (ISO/IEC 10918-1): Huffman-coded, baseline and progressive; grey comes as kGrey; YCbCr,
//     RGB, CMYK and YCCK as kRgba, alpha 255. The first picture of an MPO. EXIF's orientation is
//     applied.
//   PNM: P1 to P6, maxval up to 65535; the first picture of several. Bitmaps and grey as kGrey,
//     colour as kRgba, alpha 255.
// Throws Error: kUnsupported for bytes that are none of these, for more pixels or scans than
// `limits` allows; kCorrupt for a damaged or truncated file.
Image decode_image(std::span<const std::uint8_t> bytes, const DecodeLimits& limits = {});

}  // namespace mnist
