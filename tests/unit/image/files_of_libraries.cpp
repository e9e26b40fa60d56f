// The formats whose libraries may be absent; what cannot be made is empty.
#include <algorithm>
#include <cstring>

#include "unit/image/files.h"

#if MNIST_HAVE_TIFF
#include <tiffio.h>
#endif
#if MNIST_HAVE_WEBP
#include <webp/encode.h>
#endif
#if MNIST_HAVE_HEIF
#include <libheif/heif.h>
#endif

namespace mnist::testing {
namespace {

Bytes labelled_png(const RgbPicture& picture, std::string_view type, const Bytes& chunk) {
  PngPicture png{.width = picture.width,
                 .height = picture.height,
                 .colour = PngColour::kRgb,
                 .samples = {picture.samples.begin(), picture.samples.end()}};
  return with_png_chunk(make_png(png), type, chunk);
}

Bytes labelled_jpeg(const RgbPicture& picture, const Labels& labels) {
  return make_jpeg({.width = picture.width,
                    .height = picture.height,
                    .colour = JpegColour::kYcc,
                    .samples = picture.samples,
                    .app1 = exif_block(labels, false, true)});
}

#if MNIST_HAVE_TIFF

struct Memory {
  Bytes bytes;
  std::size_t position = 0;
};

tmsize_t read_memory(thandle_t handle, void* to, tmsize_t count) {
  auto& memory = *static_cast<Memory*>(handle);
  const std::size_t left = memory.bytes.size() - std::min(memory.position, memory.bytes.size());
  const std::size_t taken = std::min(left, static_cast<std::size_t>(count));
  if (taken > 0) std::memcpy(to, memory.bytes.data() + memory.position, taken);
  memory.position += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t write_memory(thandle_t handle, void* from, tmsize_t count) {
  auto& memory = *static_cast<Memory*>(handle);
  const std::size_t end = memory.position + static_cast<std::size_t>(count);
  memory.bytes.resize(std::max(memory.bytes.size(), end));
  std::memcpy(memory.bytes.data() + memory.position, from, static_cast<std::size_t>(count));
  memory.position = end;
  return count;
}

toff_t seek_memory(thandle_t handle, toff_t offset, int whence) {
  auto& memory = *static_cast<Memory*>(handle);
  if (whence == SEEK_CUR) offset += memory.position;
  if (whence == SEEK_END) offset += memory.bytes.size();
  return memory.position = offset;
}

toff_t memory_size(thandle_t handle) { return static_cast<Memory*>(handle)->bytes.size(); }

void write_tags(TIFF* tiff, const TiffPage& page) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, page.height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, page.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, page.samples);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, page.compression);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, page.photometric);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, page.format);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, page.separate ? 2 : 1);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, page.labels.orientation);
  if (page.labels.x_density > 0) {
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, static_cast<double>(page.labels.x_density));
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, static_cast<double>(page.labels.y_density));
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, page.labels.unit);
  }
  if (page.extra != 0) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &page.extra);
  if (page.reduced) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
  if (page.compression == COMPRESSION_JPEG && page.photometric == PHOTOMETRIC_YCBCR) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  if (!page.palette.empty()) {
    const std::size_t size = page.palette.size() / 3;
    TIFFSetField(tiff, TIFFTAG_COLORMAP, page.palette.data(), page.palette.data() + size,
                 page.palette.data() + 2 * size);
  }
  if (page.tile != 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, page.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, page.tile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 16);
  }
}

void write_tiles(TIFF* tiff, const TiffPage& page) {
  const std::size_t pixel = std::size_t{page.samples} * page.bits / 8;
  for (std::uint32_t top = 0; top < page.height; top += page.tile) {
    for (std::uint32_t left = 0; left < page.width; left += page.tile) {
      Bytes tile(static_cast<std::size_t>(TIFFTileSize(tiff)));
      const std::size_t columns = std::min(page.tile, page.width - left);
      for (std::uint32_t y = 0; y < std::min(page.tile, page.height - top); ++y) {
        std::memcpy(tile.data() + y * page.tile * pixel,
                    page.data.data() + ((top + y) * page.width + left) * pixel, columns * pixel);
      }
      TIFFWriteTile(tiff, tile.data(), left, top, 0, 0);
    }
  }
}

void write_strips(TIFF* tiff, const TiffPage& page) {
  const auto row_bytes = static_cast<std::size_t>(TIFFScanlineSize(tiff));
  const int planes = page.separate ? page.samples : 1;
  const std::uint8_t* row = page.data.data();
  for (int plane = 0; plane < planes; ++plane) {
    for (std::uint32_t y = 0; y < page.height; ++y, row += row_bytes) {
      Bytes copy(row, row + row_bytes);
      TIFFWriteScanline(tiff, copy.data(), y, static_cast<std::uint16_t>(plane));
    }
  }
}

Bytes labelled_tiff(const RgbPicture& picture, const Labels& labels) {
  return make_tiff({{.width = static_cast<std::uint32_t>(picture.width),
                     .height = static_cast<std::uint32_t>(picture.height),
                     .samples = 3,
                     .photometric = 2,
                     .compression = 5,
                     .labels = labels,
                     .data = picture.samples}});
}

#endif

#if MNIST_HAVE_WEBP

void add_chunk(Bytes& to, std::string_view type, const Bytes& data) {
  to.insert(to.end(), type.begin(), type.end());
  for (int i = 0; i < 4; ++i) to.push_back(static_cast<std::uint8_t>(data.size() >> 8 * i));
  to.insert(to.end(), data.begin(), data.end());
  if (data.size() % 2 != 0) to.push_back(0);
}

void put_24(Bytes& to, int value) {
  for (int i = 0; i < 3; ++i) to.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

Bytes in_riff(const Bytes& chunks) {
  Bytes file;
  add_chunk(file, "RIFF", joined(bytes_of("WEBP"), chunks));
  return file;
}

Bytes extended_header(std::uint8_t flags, int width, int height) {
  Bytes data{flags, 0, 0, 0};
  put_24(data, width - 1);
  put_24(data, height - 1);
  return data;
}

// A whole simple file; its one chunk begins after 12 bytes.
Bytes simple_webp(const RgbPicture& picture, bool lossless) {
  std::uint8_t* output = nullptr;
  const std::size_t size = lossless
                               ? WebPEncodeLosslessRGB(picture.samples.data(), picture.width,
                                                       picture.height, picture.width * 3, &output)
                               : WebPEncodeRGB(picture.samples.data(), picture.width,
                                               picture.height, picture.width * 3, 95, &output);
  Bytes bytes(output, output + size);
  WebPFree(output);
  return bytes;
}

Bytes chunk_of(const Bytes& simple) { return {simple.begin() + 12, simple.end()}; }

#endif

}  // namespace

#if MNIST_HAVE_TIFF
Bytes make_tiff(const std::vector<TiffPage>& pages, bool big) {
  Memory memory;
  TIFF* tiff = TIFFClientOpen(
      "test", big ? "w8" : "w", &memory, read_memory, write_memory, seek_memory,
      [](thandle_t) { return 0; }, memory_size, nullptr, nullptr);
  for (const TiffPage& page : pages) {
    write_tags(tiff, page);
    if (page.tile != 0) {
      write_tiles(tiff, page);
    } else {
      write_strips(tiff, page);
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return memory.bytes;
}
#else
Bytes make_tiff(const std::vector<TiffPage>&, bool) { return {}; }
#endif

#if MNIST_HAVE_WEBP
Bytes make_webp(const RgbPicture& picture, const Bytes& exif, bool lossless) {
  const Bytes simple = simple_webp(picture, lossless);
  if (exif.empty()) return simple;
  constexpr std::uint8_t kHasExif = 0x08;
  Bytes chunks;
  add_chunk(chunks, "VP8X", extended_header(kHasExif, picture.width, picture.height));
  chunks = joined(chunks, chunk_of(simple));
  add_chunk(chunks, "EXIF", exif);
  return in_riff(chunks);
}

Bytes make_webp_with_alpha(int width, int height, const Bytes& rgba) {
  std::uint8_t* output = nullptr;
  const std::size_t size = WebPEncodeLosslessRGBA(rgba.data(), width, height, width * 4, &output);
  Bytes bytes(output, output + size);
  WebPFree(output);
  return bytes;
}

Bytes make_animated_webp(const RgbPicture& picture) {
  constexpr std::uint8_t kAnimated = 0x02;
  Bytes chunks;
  add_chunk(chunks, "VP8X", extended_header(kAnimated, picture.width, picture.height));
  add_chunk(chunks, "ANIM", Bytes(6));
  Bytes frame;
  for (const int value : {0, 0, picture.width - 1, picture.height - 1, 100}) put_24(frame, value);
  frame.push_back(0);
  add_chunk(chunks, "ANMF", joined(frame, chunk_of(simple_webp(picture, true))));
  return in_riff(chunks);
}
#else
Bytes make_webp(const RgbPicture&, const Bytes&, bool) { return {}; }
Bytes make_webp_with_alpha(int, int, const Bytes&) { return {}; }
Bytes make_animated_webp(const RgbPicture&) { return {}; }
#endif

#if MNIST_HAVE_HEIF
bool can_make_heif(bool av1) {
  const auto format = av1 ? heif_compression_AV1 : heif_compression_HEVC;
  return heif_have_encoder_for_format(format) != 0 && heif_have_decoder_for_format(format) != 0;
}

Bytes make_heif(const RgbPicture& picture, int orientation, bool av1) {
  heif_context* context = heif_context_alloc();
  heif_image* image = nullptr;
  heif_image_create(picture.width, picture.height, heif_colorspace_RGB, heif_chroma_interleaved_RGB,
                    &image);
  heif_image_add_plane(image, heif_channel_interleaved, picture.width, picture.height, 8);
  int stride = 0;
  std::uint8_t* plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
  const std::size_t row = static_cast<std::size_t>(picture.width) * 3;
  for (int y = 0; y < picture.height; ++y) {
    std::memcpy(plane + std::ptrdiff_t{y} * stride,
                picture.samples.data() + static_cast<std::size_t>(y) * row, row);
  }
  heif_encoder* encoder = nullptr;
  heif_context_get_encoder_for_format(context, av1 ? heif_compression_AV1 : heif_compression_HEVC,
                                      &encoder);
  heif_encoder_set_lossy_quality(encoder, 90);
  heif_encoder_set_logging_level(encoder, 0);
  if (av1) heif_encoder_set_parameter_integer(encoder, "speed", 8);
  heif_encoding_options* options = heif_encoding_options_alloc();
  options->image_orientation = static_cast<heif_orientation>(orientation);
  heif_context_encode_image(context, image, encoder, options, nullptr);

  Bytes bytes;
  heif_writer writer{.writer_api_version = 1,
                     .write = [](heif_context*, const void* data, std::size_t size, void* to) {
                       const auto* begin = static_cast<const std::uint8_t*>(data);
                       static_cast<Bytes*>(to)->assign(begin, begin + size);
                       return heif_error{heif_error_Ok, heif_suberror_Unspecified, ""};
                     }};
  heif_context_write(context, &writer, &bytes);
  heif_encoding_options_free(options);
  heif_encoder_release(encoder);
  heif_image_release(image);
  heif_context_free(context);
  return bytes;
}
#else
bool can_make_heif(bool) { return false; }
Bytes make_heif(const RgbPicture&, int, bool) { return {}; }
#endif

std::vector<Labelled> labelled_formats() {
  std::vector<Labelled> formats = {
      {"JPEG", labelled_jpeg},
      {"PNG, eXIf",
       [](const RgbPicture& picture, const Labels& labels) {
         return labelled_png(picture, "eXIf", exif_block(labels, true, false));
       }},
      {"PNG, tEXt",
       [](const RgbPicture& picture, const Labels& labels) {
         return labelled_png(
             picture, "tEXt",
             raw_profile(exif_block(labels, false, true), "Raw profile type exif", false));
       }},
      {"PNG, zTXt", [](const RgbPicture& picture, const Labels& labels) {
         return labelled_png(
             picture, "zTXt",
             raw_profile(exif_block(labels, true, true), "Raw profile type APP1", true));
       }}};
#if MNIST_HAVE_TIFF
  formats.push_back({"TIFF", labelled_tiff});
#endif
#if MNIST_HAVE_WEBP
  for (const bool lossless : {true, false}) {
    formats.push_back({lossless ? "WebP, lossless" : "WebP, lossy",
                       [lossless](const RgbPicture& picture, const Labels& labels) {
                         return make_webp(picture, exif_block(labels, true, false), lossless);
                       }});
  }
#endif
  for (const bool av1 : {false, true}) {
    if (!can_make_heif(av1)) continue;
    formats.push_back({av1 ? "AVIF" : "HEIF",
                       [av1](const RgbPicture& picture, const Labels& labels) {
                         return make_heif(picture, labels.orientation, av1);
                       },
                       false});
  }
  return formats;
}

}  // namespace mnist::testing
