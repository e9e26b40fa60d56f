// What a HEIF file is made of, from its box "meta" (ISO/IEC 14496-12 and 23008-12). Internal.
// Thread-safe.
#pragma once

#include <cstdint>
#include <span>

namespace mnist {

// The pixels of all items that others are made of: the tiles of a grid, each counted as often as it
// is named. All of them must be decoded, however small the picture is. Throws Error{kUnsupported}
// for pictures made of pictures that are themselves composed, which could cost any multiple of
// that, and for overlays, which no camera writes.
std::uint64_t heif_tile_pixels(std::span<const std::uint8_t> bytes);

}  // namespace mnist
