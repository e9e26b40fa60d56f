// Bytes -> Image, recognised by their content and never by a file name.
//
// Every input is treated as hostile: sizes are checked before memory is asked for, and a file that
// would cost unreasonable time is refused. Thread-safe: no shared state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mnist/image/image.h"

namespace mnist {

// The formats in words, for messages, and their media types. WebP, HEIF, AVIF and TIFF are read if
// their libraries were there when this was built: see supported_image_formats().
inline constexpr std::string_view kImageFormats =
    "PNG, JPEG, WebP, HEIF, AVIF, TIFF, BMP, GIF or PNM";
inline constexpr std::array<std::string_view, 15> kImageMediaTypes = {"image/png",
                                                                      "image/jpeg",
                                                                      "image/webp",
                                                                      "image/heic",
                                                                      "image/heif",
                                                                      "image/avif",
                                                                      "image/tiff",
                                                                      "image/bmp",
                                                                      "image/x-bmp",
                                                                      "image/x-ms-bmp",
                                                                      "image/gif",
                                                                      "image/x-portable-anymap",
                                                                      "image/x-portable-bitmap",
                                                                      "image/x-portable-graymap",
                                                                      "image/x-portable-pixmap"};

// Those that this build can decode on this machine, by name: "PNG", "JPEG", …
std::vector<std::string_view> supported_image_formats();

// Whether `bytes` begin like a file of one of kImageFormats, built in or not; the first
// kSignatureBytes suffice.
inline constexpr std::size_t kSignatureBytes = 18;
bool has_image_signature(std::span<const std::uint8_t> bytes);

struct DecodeOptions {
  int page = 0;  // of a TIFF, from 0; the other formats have one

  // width * height of the file. Any scanner's sheet is far below it. It bounds time; memory does
  // not grow with it.
  std::uint64_t max_pixels = 1'000'000'000;
  // width * height of what comes back: a larger picture is reduced by a whole factor.
  std::uint64_t max_decoded_pixels = 16'000'000;
  // width * height of a file that has to be decoded whole before it can be made smaller: interlaced
  // PNG, lossless WebP, HEIF, GIF, and the rarer kinds of TIFF.
  std::uint64_t max_whole_pixels = 64'000'000;
  int max_jpeg_scans = 64;  // a progressive file can ask for a minute of work
  int max_pages = 10'000;
};

// No picture file that the programs take is larger.
inline constexpr std::uint64_t kMaxPictureBytes = 256ULL << 20;

// Decodes one picture of a file in memory. In every format:
//   - opaque grey comes as kGrey; colour as kRgba, alpha 255; what has transparency as kRgba. (An
//     opaque PNG in grey with an alpha channel is kRgba too.)
//   - the file's orientation is applied, and pixels that are not square (up to 1 : 4) are made
//     square.
//   - more than 8 bits a sample become 8; if a picture uses a part of 16 bits, that part.
//   - a picture larger than max_decoded_pixels is made smaller: Image::scale_x, scale_y.
// The formats:
//   PNG (ISO/IEC 15948): every bit depth, palette, grey, alpha, interlace.
//   JPEG (ISO/IEC 10918-1): Huffman-coded, baseline and progressive; grey, YCbCr, RGB, CMYK, YCCK.
//     The first picture of an MPO.
//   PNM: P1 to P6, maxval up to 65535; the first picture of several.
//   WebP: lossy, lossless, alpha; the first frame of an animation.
//   HEIF (ISO/IEC 23008-12) with HEVC or AV1 (AVIF), the primary picture.
//   TIFF 6.0 and BigTIFF, every page; what libtiff can decode.
//   BMP: uncompressed, 1, 4, 8, 16, 24 and 32 bits a pixel. GIF: the first frame.
// Throws Error: kUnsupported for bytes that are none of these, naming what they are if that is
// known, and for more pixels, scans or pages than `options` allow; kCorrupt for a damaged or
// truncated file; kUsage for a page that is not there.
Image decode_image(std::span<const std::uint8_t> bytes, const DecodeOptions& options = {});

// How many pictures decode_image() can return: the pages of a TIFF without reduced copies and
// masks, 1 for every other format. Throws as decode_image() does; a file whose content is damaged
// may still have a count.
int page_count(std::span<const std::uint8_t> bytes, const DecodeOptions& options = {});

}  // namespace mnist
