// Image -> PNG bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "mnist/image/image.h"

namespace mnist {

// A PNG file (8 bits a sample, grey or RGBA). The same image gives the same bytes.
std::vector<std::uint8_t> encode_png(const Image& image);

}  // namespace mnist
