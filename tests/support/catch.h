// Catch2, version 2 (Debian 12) or 3 (Debian 13), behind one name.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
namespace catch_matchers = Catch::Matchers;
#else
#include <catch2/catch.hpp>
#endif
