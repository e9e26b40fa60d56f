// A gzip file is one or more members, each a header, a deflate stream (RFC 1951), and the CRC-32
// and size of its content, all of which zlib reads and checks. What zlib does not do is done here:
// seeing whether another member or the end follows, and bounding the output.
#include "mnist/bytes/gzip.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <new>
#include <string>

#include <zlib.h>

#include "mnist/base/error.h"

namespace mnist {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window; 16 asks zlib for gzip's framing
constexpr int kMemoryLevel = 8;       // zlib's default
constexpr std::size_t kMaxPiece = std::numeric_limits<uInt>::max();  // zlib counts in uInt

// One call of `codec` (inflate or deflate): takes from the front of `input`, appends to `output`
// at most a chunk of 64 KiB, returns zlib's status.
int advance(z_stream& stream, int (*codec)(z_stream*, int), int flush,
            std::span<const std::uint8_t>& input, Bytes& output) {
  std::array<std::uint8_t, 65536> chunk;
  const std::size_t piece = std::min(input.size(), kMaxPiece);
  stream.next_in = const_cast<Bytef*>(input.data());  // zlib only reads it
  stream.avail_in = static_cast<uInt>(piece);
  stream.next_out = chunk.data();
  stream.avail_out = static_cast<uInt>(chunk.size());
  const int status = codec(&stream, flush);
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  input = input.subspan(piece - stream.avail_in);
  output.insert(output.end(), chunk.begin(), chunk.end() - stream.avail_out);
  return status;
}

// Appends the content of the member at the front of `input` to `content`, and moves past it.
void gunzip_member(z_stream& stream, std::span<const std::uint8_t>& input, std::uint64_t max_bytes,
                   Bytes& content) {
  int status = Z_OK;
  while (status == Z_OK) {
    status = advance(stream, inflate, Z_NO_FLUSH, input, content);
    if (content.size() > max_bytes) {
      throw Error(ErrorKind::kUnsupported,
                  "uncompresses to more than the limit of " + std::to_string(max_bytes) + " bytes");
    }
  }
  if (status == Z_BUF_ERROR) throw_corrupt("truncated gzip data");
  if (status != Z_STREAM_END) {
    const std::string detail = stream.msg == nullptr ? "" : std::string(": ") + stream.msg;
    throw_corrupt("damaged gzip data" + detail);
  }
}

}  // namespace

bool is_gzip(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

Bytes gunzip(std::span<const std::uint8_t> bytes, std::uint64_t max_bytes) {
  if (!is_gzip(bytes)) throw_corrupt("not a gzip file");
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);

  Bytes content;
  while (!bytes.empty()) {
    if (!is_gzip(bytes)) {
      throw_corrupt("unexpected data after the end of the gzip data: " +
                    std::to_string(bytes.size()) + " bytes");
    }
    gunzip_member(stream, bytes, max_bytes, content);
    inflateReset(&stream);
  }
  return content;
}

Bytes gzip(std::span<const std::uint8_t> bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, deflateEnd);

  Bytes compressed;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    const int flush = bytes.size() > kMaxPiece ? Z_NO_FLUSH : Z_FINISH;
    status = advance(stream, deflate, flush, bytes, compressed);
  }
  return compressed;
}

}  // namespace mnist
