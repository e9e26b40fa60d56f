// Whole pages of numbers, with their truth (docs/formats.md).
#pragma once

#include <ostream>

#include "generate/flags.h"

namespace mnist::app::generate {

// Writes <n>_page.png, <n>_ink.png (255: ink of a digit or sign) and finally pages.jsonl; prints
// the pictures' paths. Throws Error{kIo}.
void write_pages(const Flags& flags, std::ostream& out);

}  // namespace mnist::app::generate
