// Digit -> Image: a look at what the network sees.
#pragma once

#include "mnist/digit/digit.h"
#include "mnist/image/image.h"

namespace mnist {

// 28x28, grey, ink light on black. Thread-safe.
Image picture_of(const Digit& digit);

}  // namespace mnist
