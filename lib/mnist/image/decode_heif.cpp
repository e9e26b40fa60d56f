// HEIF and AVIF with libheif: the primary picture, which libheif also turns upright and crops as
// the file says (its properties irot, imir and clap; an EXIF orientation beside them only repeats
// it). It decodes the whole picture; of a very large one only the luminance is taken, which needs a
// third of the memory.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <libheif/heif.h>

#include "mnist/base/error.h"
#include "mnist/image/canvas.h"
#include "mnist/image/codecs.h"
#include "mnist/image/heif_items.h"

namespace mnist {
namespace {

struct Free {
  void operator()(heif_context* context) const { heif_context_free(context); }
  void operator()(heif_image_handle* handle) const { heif_image_handle_release(handle); }
  void operator()(heif_image* image) const { heif_image_release(image); }
  void operator()(heif_decoding_options* options) const { heif_decoding_options_free(options); }
};
using Picture = std::unique_ptr<heif_image, Free>;

void check(const heif_error& error) {
  if (error.code == heif_error_Ok) return;
  if (error.subcode == heif_suberror_End_of_data) {
    throw Error(ErrorKind::kCorrupt, "truncated HEIF");
  }
  const std::string reason = as_reason(error.message);
  if (error.code == heif_error_Unsupported_filetype ||
      error.code == heif_error_Unsupported_feature ||
      error.code == heif_error_Decoder_plugin_error) {
    const bool no_decoder = error.subcode == heif_suberror_Unsupported_codec;
    if (no_decoder && !can_decode_hevc()) {
      throw Error(ErrorKind::kUnsupported,
                  "HEIF: libheif has no decoder for HEVC here: install libheif-plugin-libde265");
    }
    if (no_decoder && !can_decode_av1()) {
      throw Error(ErrorKind::kUnsupported,
                  "HEIF: libheif has no decoder for AV1 here: install libheif-plugin-aomdec");
    }
    if (error.code != heif_error_Decoder_plugin_error) {
      throw Error(ErrorKind::kUnsupported, "HEIF of a kind not handled: " + reason);
    }
  }
  throw Error(ErrorKind::kCorrupt, "damaged HEIF: " + reason);
}

Picture decode(const heif_image_handle* handle, heif_colorspace space, heif_chroma chroma) {
  const std::unique_ptr<heif_decoding_options, Free> options(heif_decoding_options_alloc());
  options->convert_hdr_to_8bit = 1;
  // Of the AV1 decoders, dav1d would print to stderr what is wrong with a file. If there is no
  // decoder of that name, libheif takes the one that it prefers, as it does for HEVC.
  options->decoder_id = "aom";
  heif_image* image = nullptr;
  check(heif_decode_image(handle, &image, space, chroma, options.get()));
  return Picture(image);
}

// Calls `use` with the bytes of each row.
template <typename Use>
void for_each_row(const heif_image* image, heif_channel channel, const Use& use) {
  int stride = 0;
  const std::uint8_t* plane = heif_image_get_plane_readonly(image, channel, &stride);
  if (plane == nullptr) throw Error(ErrorKind::kUnsupported, "HEIF of a kind not handled");
  const int height = heif_image_get_height(image, channel);
  for (int y = 0; y < height; ++y) use(plane + std::ptrdiff_t{y} * stride);
}

Image read_colour(const heif_image_handle* handle, const DecodeOptions& options) {
  const bool has_alpha = heif_image_handle_has_alpha_channel(handle) != 0;
  const Picture picture =
      decode(handle, heif_colorspace_RGB,
             has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
  const std::size_t samples = has_alpha ? 4 : 3;
  const Rows rows{.width = heif_image_get_width(picture.get(), heif_channel_interleaved),
                  .height = heif_image_get_height(picture.get(), heif_channel_interleaved),
                  .format = PixelFormat::kRgba,
                  .opaque = !has_alpha};
  Canvas<std::uint8_t> canvas(rows, options);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(rows.width) * 4, 255);
  for_each_row(picture.get(), heif_channel_interleaved, [&](const std::uint8_t* stored) {
    for (std::size_t x = 0; x < row.size() / 4; ++x) {
      std::copy_n(stored + x * samples, samples, row.begin() + static_cast<std::ptrdiff_t>(x * 4));
    }
    canvas.add_row(row);
  });
  return canvas.finish();
}

Image read_luminance(const heif_image_handle* handle, const DecodeOptions& options) {
  const Picture picture = decode(handle, heif_colorspace_undefined, heif_chroma_undefined);
  const int bits = heif_image_get_bits_per_pixel_range(picture.get(), heif_channel_Y);
  if (bits < 8 || bits > 16) throw Error(ErrorKind::kUnsupported, "HEIF of a kind not handled");
  const Rows rows{.width = heif_image_get_width(picture.get(), heif_channel_Y),
                  .height = heif_image_get_height(picture.get(), heif_channel_Y),
                  .format = PixelFormat::kGrey};
  Canvas<std::uint8_t> canvas(rows, options);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(rows.width));
  for_each_row(picture.get(), heif_channel_Y, [&](const std::uint8_t* stored) {
    if (bits == 8) {
      canvas.add_row({stored, row.size()});
      return;
    }
    for (std::size_t x = 0; x < row.size(); ++x) {
      std::uint16_t sample = 0;
      std::copy_n(stored + 2 * x, 2, reinterpret_cast<std::uint8_t*>(&sample));
      row[x] = static_cast<std::uint8_t>(sample >> (bits - 8));
    }
    canvas.add_row(row);
  });
  return canvas.finish();
}

}  // namespace

bool can_decode_hevc() { return heif_have_decoder_for_format(heif_compression_HEVC) != 0; }
bool can_decode_av1() { return heif_have_decoder_for_format(heif_compression_AV1) != 0; }

Image decode_heif(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  const std::unique_ptr<heif_context, Free> context(heif_context_alloc());
  check(heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(),
                                                   nullptr));
  heif_image_handle* found = nullptr;
  check(heif_context_get_primary_image_handle(context.get(), &found));
  const std::unique_ptr<heif_image_handle, Free> handle(found);
  const auto width = static_cast<std::uint64_t>(heif_image_handle_get_width(handle.get()));
  const auto height = static_cast<std::uint64_t>(heif_image_handle_get_height(handle.get()));
  if (width == 0 || height == 0) throw Error(ErrorKind::kCorrupt, "HEIF without pixels");
  check_pixel_limit(width, height, options);

  // Tiles reach beyond the picture's edges, but not far; those of transparency also count.
  constexpr std::uint64_t kBeyond = 16'000'000;
  if (heif_tile_pixels(bytes) / 4 > width * height + kBeyond) {
    throw Error(ErrorKind::kUnsupported, "HEIF with more tiles than its picture needs");
  }
  if (width * height <= options.max_whole_pixels) return read_colour(handle.get(), options);
  DecodeOptions luminance = options;
  luminance.max_whole_pixels *= 4;
  check_whole_limit(width, height, luminance, "a HEIF");
  return read_luminance(handle.get(), options);
}

}  // namespace mnist
