#include "mnist/image/tiff_file.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "mnist/base/error.h"
#include "mnist/image/codecs.h"

namespace mnist {
namespace {

using Source = TiffFile::Source;

tmsize_t read_bytes(thandle_t handle, void* to, tmsize_t count) {
  auto& source = *static_cast<Source*>(handle);
  if (count <= 0 || source.position >= source.bytes.size()) return 0;
  const std::uint64_t left = source.bytes.size() - source.position;
  const auto taken = std::min(left, static_cast<std::uint64_t>(count));
  std::memcpy(to, source.bytes.data() + source.position, taken);
  source.position += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto& source = *static_cast<Source*>(handle);
  if (whence == SEEK_CUR) offset += source.position;
  if (whence == SEEK_END) offset += source.bytes.size();
  source.position = offset;
  return offset;
}

int close_nothing(thandle_t) { return 0; }

toff_t size_of(thandle_t handle) { return static_cast<Source*>(handle)->bytes.size(); }

__attribute__((format(printf, 4, 0))) int on_error(TIFF*, void* user, const char*,
                                                   const char* format, va_list arguments) {
  auto& message = static_cast<Source*>(user)->message;
  if (message[0] == '\0') std::vsnprintf(message.data(), message.size(), format, arguments);
  return 1;  // done: the global handlers are not asked
}

int on_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

}  // namespace

TiffFile::TiffFile(std::span<const std::uint8_t> bytes, std::uint64_t directory)
    : source_{.bytes = bytes} {
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMaxTiffAllocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, &source_);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, &source_);
  // h: the first directory is not read; m: nothing is mapped.
  tiff_.reset(TIFFClientOpenExt("", "rhm", &source_, read_bytes, write_nothing, seek, close_nothing,
                                size_of, nullptr, nullptr, options.get()));
  if (!tiff_ || TIFFSetSubDirectory(tiff_.get(), directory) == 0) fail();
}

void TiffFile::fail() const {
  const std::string reason = as_reason(source_.message.data());
  // The rest is a line number, and not always the right one.
  if (reason.starts_with("read error")) throw Error(ErrorKind::kCorrupt, "truncated TIFF");
  throw Error(ErrorKind::kCorrupt, reason.empty() ? "damaged TIFF" : "damaged TIFF: " + reason);
}

}  // namespace mnist
