// WebP (RFC 9649) with libwebp: the container gives the first frame and the EXIF block, the frame's
// header its size. libwebp makes large pictures smaller itself, row by row as it decodes lossy
// ones; lossless ones and alpha it keeps whole.
#include <memory>
#include <string>

#include <webp/decode.h>
#include <webp/demux.h>

#include "mnist/base/error.h"
#include "mnist/image/canvas.h"
#include "mnist/image/codecs.h"

namespace mnist {
namespace {

using Bytes = std::span<const std::uint8_t>;

struct Container {
  explicit Container(Bytes bytes) {
    const WebPData data{.bytes = bytes.data(), .size = bytes.size()};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    demuxer = WebPDemuxPartial(&data, &state);
    if (demuxer == nullptr || state == WEBP_DEMUX_PARSE_ERROR) {
      WebPDemuxDelete(demuxer);
      // If the header itself is cut off, nothing can be parsed yet.
      const bool cut = state == WEBP_DEMUX_PARSING_HEADER;
      throw Error(ErrorKind::kCorrupt, cut ? "truncated WebP" : "damaged WebP");
    }
  }
  ~Container() {
    WebPDemuxReleaseIterator(&frame);
    WebPDemuxDelete(demuxer);
  }
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  Bytes first_frame() {
    const bool found = WebPDemuxGetFrame(demuxer, 1, &frame) != 0;
    if (!found || frame.complete == 0) throw Error(ErrorKind::kCorrupt, "truncated WebP");
    return {frame.fragment.bytes, frame.fragment.size};
  }

  Presentation presentation() const {
    WebPChunkIterator chunk{};
    Presentation result;
    if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0) {
      result = exif_presentation({chunk.chunk.bytes, chunk.chunk.size});
    }
    WebPDemuxReleaseChunkIterator(&chunk);
    return result;
  }

  WebPDemuxer* demuxer = nullptr;
  WebPIterator frame{};
};

void check(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OK:
      return;
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      throw Error(ErrorKind::kCorrupt, "truncated WebP");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      throw Error(ErrorKind::kUnsupported, "WebP of a kind not handled");
    case VP8_STATUS_OUT_OF_MEMORY:
      throw std::bad_alloc();
    default:
      throw Error(ErrorKind::kCorrupt, "damaged WebP");
  }
}

void check_limits(const WebPBitstreamFeatures& features, const DecodeOptions& options) {
  constexpr int kLossless = 2;
  const auto width = static_cast<std::uint64_t>(features.width);
  const auto height = static_cast<std::uint64_t>(features.height);
  check_pixel_limit(width, height, options);
  if (features.format == kLossless) check_whole_limit(width, height, options, "a lossless WebP");
  if (features.has_alpha != 0) {
    check_whole_limit(width, height, options, "a WebP with transparency");
  }
}

struct Decoder {
  Decoder() {
    if (WebPInitDecoderConfig(&config) == 0) {
      throw Error(ErrorKind::kUnsupported, "libwebp does not start");
    }
  }
  ~Decoder() { WebPFreeDecBuffer(&config.output); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  WebPDecoderConfig config;
};

}  // namespace

Image decode_webp(Bytes bytes, const DecodeOptions& options) {
  Container container(bytes);
  const Bytes frame = container.first_frame();
  Decoder decoder;
  WebPDecoderConfig& config = decoder.config;
  check(WebPGetFeatures(frame.data(), frame.size(), &config.input));
  check_limits(config.input, options);

  const int factor =
      shrink_factor(static_cast<std::uint64_t>(config.input.width),
                    static_cast<std::uint64_t>(config.input.height), options.max_decoded_pixels);
  config.output.colorspace = MODE_RGBA;
  config.options.use_scaling = factor > 1 ? 1 : 0;
  config.options.scaled_width = (config.input.width - 1) / factor + 1;
  config.options.scaled_height = (config.input.height - 1) / factor + 1;
  check(WebPDecode(frame.data(), frame.size(), &config));

  const Rows rows{.width = config.output.width,
                  .height = config.output.height,
                  .format = PixelFormat::kRgba,
                  .opaque = config.input.has_alpha == 0,
                  .shrunk_by = factor,
                  .presentation = container.presentation()};
  Canvas<std::uint8_t> canvas(rows, options);
  const WebPRGBABuffer& pixels = config.output.u.RGBA;
  for (int y = 0; y < rows.height; ++y) {
    canvas.add_row({pixels.rgba + std::ptrdiff_t{y} * pixels.stride,
                    static_cast<std::size_t>(rows.width) * 4});
  }
  return canvas.finish();
}

}  // namespace mnist
