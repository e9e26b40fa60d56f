// gzip (RFC 1952). Thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "mnist/bytes/file.h"

namespace mnist {

// Whether `bytes` begin with gzip's magic number.
bool is_gzip(std::span<const std::uint8_t> bytes);

// The uncompressed content; several members are joined, as gzip(1) does. Throws Error: kCorrupt for
// a file that is damaged, truncated or has trailing garbage, kUnsupported if the content is longer
// than `max_bytes` (checked before that much memory is used).
Bytes gunzip(std::span<const std::uint8_t> bytes, std::uint64_t max_bytes);

// One member, no timestamp, no name: the same bytes give the same file.
Bytes gzip(std::span<const std::uint8_t> bytes);

}  // namespace mnist
