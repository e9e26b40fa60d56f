// What a HEIF file is made of, from its box "meta" (ISO/IEC 14496-12 and 23008-12). Internal.
// Thread-safe.
#pragma once

#include <cstdint>
#include <span>

namespace mnist {

// The pixels of all items that others are made of: the tiles of a grid, each as often as it is
// named. Decoding costs them all, however small the picture is. Throws Error{kUnsupported} for
// pictures made of pictures that are themselves made so, which could cost any multiple of them, and
// for overlays, which no camera writes.
std::uint64_t heif_tile_pixels(std::span<const std::uint8_t> bytes);

}  // namespace mnist
