// A TIFF open in libtiff, at one page. Errors and warnings go to handlers of this file only, so
// nothing reaches stderr and threads do not interfere. Internal.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include <tiffio.h>

namespace mnist {

// Bytes that libtiff may allocate at once.
inline constexpr std::int64_t kMaxTiffAllocation = std::int64_t{512} << 20;

class TiffFile {
 public:
  // At the page whose directory is at that offset. Throws Error{kCorrupt}.
  TiffFile(std::span<const std::uint8_t> bytes, std::uint64_t directory);
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  TIFF* get() const { return tiff_.get(); }

  // The value of a tag, or its default; `otherwise` if it has none.
  template <typename Value>
  Value tag(std::uint32_t name, Value otherwise) const {
    Value value = otherwise;
    return TIFFGetFieldDefaulted(tiff_.get(), name, &value) == 1 ? value : otherwise;
  }

  // With libtiff's first complaint.
  [[noreturn]] void fail() const;

  // What libtiff reads from, and its first complaint.
  struct Source {
    std::span<const std::uint8_t> bytes;
    std::uint64_t position = 0;
    std::array<char, 256> message{};
  };

 private:
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };

  Source source_;
  std::unique_ptr<TIFF, Close> tiff_;
};

}  // namespace mnist
