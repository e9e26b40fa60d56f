// What the decoders share. Internal: decode.h is the interface.
#pragma once

#include <array>
#include <csetjmp>
#include <cstdint>
#include <span>
#include <string>

#include "mnist/image/decode.h"
#include "mnist/image/image.h"

namespace mnist {

// True where `bytes` begin like such a file.
bool is_png(std::span<const std::uint8_t> bytes);
bool is_jpeg(std::span<const std::uint8_t> bytes);
bool is_pnm(std::span<const std::uint8_t> bytes);

// Same contract as decode_image(), for bytes that passed the check above.
Image decode_png(std::span<const std::uint8_t> bytes, const DecodeLimits& limits);
Image decode_jpeg(std::span<const std::uint8_t> bytes, const DecodeLimits& limits);
Image decode_pnm(std::span<const std::uint8_t> bytes, const DecodeLimits& limits);

// Throws Error{kUnsupported} when `limits` forbids a picture of this size.
void check_pixel_limit(std::uint64_t width, std::uint64_t height, const DecodeLimits& limits);

// A picture whose samples are all 0, to be filled.
Image make_image(int width, int height, PixelFormat format);

// libpng and libjpeg report an error through a callback that must not return, and no exception may
// pass through their C frames. So the callback notes the message and jumps back to where the
// library was entered; the exception starts there.
struct ErrorTrap {
  std::jmp_buf entry;
  std::array<char, 256> message{};

  // The library's message, fit to follow a colon.
  std::string text() const;
};

// Runs `calls`; false when they ended in a jump to trap.entry. A jump skips destructors: `calls`
// owns nothing that needs one.
template <typename Calls>
bool run_trapped(ErrorTrap& trap, const Calls& calls) {
  if (setjmp(trap.entry) != 0) return false;
  calls();
  return true;
}

}  // namespace mnist
