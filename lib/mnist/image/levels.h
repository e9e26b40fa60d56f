// 16 bits a sample -> 8. Internal. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mnist/image/image.h"

namespace mnist {

// Rows of `width` pixels. Some cameras and instruments leave the upper bits unused: if no sample
// reaches half of the range, the brightest becomes white. If all of them lie within a sixteenth of
// that, the darkest and brightest become black and white, unless that would show only noise.
std::vector<std::uint8_t> to_8_bits(std::span<const std::uint16_t> samples, PixelFormat format,
                                    int width);

}  // namespace mnist
