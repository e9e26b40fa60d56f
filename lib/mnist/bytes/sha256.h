// SHA-256 (FIPS 180-4). Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mnist {

// The digest as 64 lower-case hexadecimal digits, as sha256sum(1) prints it.
std::string sha256_hex(std::span<const std::uint8_t> bytes);

}  // namespace mnist
