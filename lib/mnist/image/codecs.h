// What the decoders share. Internal: decode.h is the interface.
#pragma once

#include <array>
#include <csetjmp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mnist/image/decode.h"
#include "mnist/image/exif.h"
#include "mnist/image/image.h"

namespace mnist {

// Whether `bytes` begin like such a file.
bool is_png(std::span<const std::uint8_t> bytes);
bool is_jpeg(std::span<const std::uint8_t> bytes);
bool is_pnm(std::span<const std::uint8_t> bytes);
bool is_bmp(std::span<const std::uint8_t> bytes);
bool is_gif(std::span<const std::uint8_t> bytes);
bool is_webp(std::span<const std::uint8_t> bytes);
bool is_heif(std::span<const std::uint8_t> bytes);
bool is_tiff(std::span<const std::uint8_t> bytes);

// Same contract as decode_image(), for bytes that passed the check above. Those of WebP, HEIF and
// TIFF exist if their libraries do.
Image decode_png(std::span<const std::uint8_t> bytes, const DecodeOptions& options);
Image decode_jpeg(std::span<const std::uint8_t> bytes, const DecodeOptions& options);
Image decode_pnm(std::span<const std::uint8_t> bytes, const DecodeOptions& options);
Image decode_bmp(std::span<const std::uint8_t> bytes, const DecodeOptions& options);
Image decode_gif(std::span<const std::uint8_t> bytes, const DecodeOptions& options);
Image decode_webp(std::span<const std::uint8_t> bytes, const DecodeOptions& options);
Image decode_heif(std::span<const std::uint8_t> bytes, const DecodeOptions& options);
Image decode_tiff(std::span<const std::uint8_t> bytes, const DecodeOptions& options);

// Whether libheif has found a decoder for HEVC, and for AV1.
bool can_decode_hevc();
bool can_decode_av1();

// For bytes of a known format that is not read: its name and what to do, as a message.
std::optional<std::string> describe_foreign_format(std::span<const std::uint8_t> bytes);

// What a PNG's chunks eXIf and pHYs say, or a profile kept as text. A damaged chunk says nothing.
Presentation png_presentation(std::span<const std::uint8_t> bytes);

// Where the directories of a TIFF's pages begin.
std::vector<std::uint64_t> tiff_pages(std::span<const std::uint8_t> bytes,
                                      const DecodeOptions& options);

// Throws Error{kUnsupported} if `options` forbid a picture of this size.
void check_pixel_limit(std::uint64_t width, std::uint64_t height, const DecodeOptions& options);

// The same for pictures that must be decoded whole; `kind` is for the message: "an interlaced PNG".
void check_whole_limit(std::uint64_t width, std::uint64_t height, const DecodeOptions& options,
                       const std::string& kind);

// The same for time, for formats in which a few bytes of a file may unpack to many: `stored_bits`
// of a pixel are unpacked, `result_bytes` go into the canvas. A small file may take about a second,
// a larger one more, in proportion.
void check_unpacking(std::uint64_t width, std::uint64_t height, std::uint64_t stored_bits,
                     std::uint64_t result_bytes, std::size_t file_bytes);

// libpng and libjpeg report an error through a callback that must not return, and no exception may
// pass through their C frames. So the callback notes the message and jumps back to where the
// library was entered; the exception starts there.
struct ErrorTrap {
  std::jmp_buf entry;
  std::array<char, 256> message{};

  // The library's message, fit to follow a colon.
  std::string text() const;
};

// A library's message, fit to follow a colon: on one line, no initial capital, no full stop.
std::string as_reason(std::string message);

// Runs `calls`; false if they ended in a jump to trap.entry. A jump skips destructors, so `calls`
// must own nothing that needs one.
template <typename Calls>
bool run_trapped(ErrorTrap& trap, const Calls& calls) {
  if (setjmp(trap.entry) != 0) return false;
  calls();
  return true;
}

}  // namespace mnist
