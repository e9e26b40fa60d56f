// LibTorch and Catch2 together: c10 defines CHECK (through glog if it was built with it), and so
// does Catch2. Torch comes first, its macros go, Catch2's stay.
#pragma once

#include <torch/torch.h>

#undef CHECK
#undef CHECK_FALSE
#undef CHECK_THROWS
#undef REQUIRE
#undef INFO
#undef WARN
#undef FAIL

#include "support/catch.h"
