// TIFF 6.0 and BigTIFF with libtiff, one page. The kinds that scanners and programs write (grey,
// RGB, palette, CMYK, JPEG in YCbCr; samples side by side, up to 8 or in 16 bits; strips or tiles)
// are read row by row; all others by libtiff's own conversion to RGBA, which takes the page as a
// whole.
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <tiffio.h>

#include "mnist/base/error.h"
#include "mnist/image/canvas.h"
#include "mnist/image/codecs.h"
#include "mnist/image/palette.h"
#include "mnist/image/tiff_file.h"

namespace mnist {
namespace {

using Bytes = std::span<const std::uint8_t>;

enum class Alpha { kNone, kSeparate, kMultiplied };

struct TiffPage {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 1;     // of a sample
  std::uint16_t samples = 1;  // of a pixel
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  Alpha alpha = Alpha::kNone;
  bool row_by_row = false;
  Presentation presentation = {};

  bool is_grey() const {
    return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
  }
  std::uint16_t colours() const {
    if (is_grey() || photometric == PHOTOMETRIC_PALETTE) return 1;
    return photometric == PHOTOMETRIC_SEPARATED ? 4 : 3;
  }
};

bool can_be_read_by_rows(const TiffFile& file, const TiffPage& page) {
  const auto planar = file.tag<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  const auto format = file.tag<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  const auto compression = file.tag<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  if (planar != PLANARCONFIG_CONTIG && page.samples > 1) return false;
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) return false;
  if (compression == COMPRESSION_OJPEG || page.samples < page.colours()) return false;
  const bool bytes = page.bits == 8 || page.bits == 16;
  const bool parts = page.bits == 1 || page.bits == 2 || page.bits == 4;
  switch (page.photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
      return bytes || (parts && page.samples == 1);
    case PHOTOMETRIC_PALETTE:
      return (parts || page.bits == 8) && page.samples == 1;
    case PHOTOMETRIC_RGB:
      return bytes;
    case PHOTOMETRIC_SEPARATED:
      return bytes && file.tag<std::uint16_t>(TIFFTAG_INKSET, INKSET_CMYK) == INKSET_CMYK;
    case PHOTOMETRIC_YCBCR:
      return page.bits == 8 && page.samples == 3 && compression == COMPRESSION_JPEG;
    default:
      return false;
  }
}

Alpha alpha_of(const TiffFile& file, const TiffPage& page) {
  std::uint16_t count = 0;
  std::uint16_t* types = nullptr;
  if (page.samples <= page.colours() ||
      TIFFGetFieldDefaulted(file.get(), TIFFTAG_EXTRASAMPLES, &count, &types) != 1 || count == 0) {
    return Alpha::kNone;
  }
  if (types[0] == EXTRASAMPLE_ASSOCALPHA) return Alpha::kMultiplied;
  return types[0] == EXTRASAMPLE_UNASSALPHA ? Alpha::kSeparate : Alpha::kNone;
}

Presentation presentation_of(const TiffFile& file) {
  Presentation result;
  result.orientation = valid_orientation(file.tag<std::uint16_t>(TIFFTAG_ORIENTATION, 1));
  const auto unit = file.tag<std::uint16_t>(TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  if (unit >= RESUNIT_NONE && unit <= RESUNIT_CENTIMETER) {
    result.pixel_aspect = pixel_aspect(static_cast<double>(file.tag(TIFFTAG_XRESOLUTION, 0.0F)),
                                       static_cast<double>(file.tag(TIFFTAG_YRESOLUTION, 0.0F)));
  }
  return result;
}

TiffPage read_page(const TiffFile& file, const DecodeOptions& options, std::size_t file_bytes) {
  constexpr int kMaxSamples = 8;
  TiffPage page;
  page.width = file.tag<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  page.height = file.tag<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  page.bits = file.tag<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  page.samples = file.tag<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  page.photometric = file.tag<std::uint16_t>(
      TIFFTAG_PHOTOMETRIC, page.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
  if (page.width == 0 || page.height == 0) throw Error(ErrorKind::kCorrupt, "TIFF without pixels");
  if (page.samples > kMaxSamples) {
    throw Error(ErrorKind::kUnsupported,
                "TIFF with " + std::to_string(page.samples) + " samples a pixel");
  }
  check_pixel_limit(page.width, page.height, options);
  check_unpacking(page.width, page.height, std::uint64_t{page.bits} * page.samples,
                  page.is_grey() ? 1 : 4, file_bytes);
  page.alpha = alpha_of(file, page);
  page.row_by_row = can_be_read_by_rows(file, page);
  page.presentation = presentation_of(file);
  if (page.photometric == PHOTOMETRIC_YCBCR && page.row_by_row) {
    TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  return page;
}

// Calls `use` with the bytes of each row of the page.
template <typename Use>
void for_each_strip_row(const TiffFile& file, const TiffPage& page, const Use& use) {
  std::vector<std::uint8_t> row(static_cast<std::size_t>(TIFFScanlineSize64(file.get())));
  for (std::uint32_t y = 0; y < page.height; ++y) {
    if (TIFFReadScanline(file.get(), row.data(), y, 0) != 1) file.fail();
    use(Bytes(row));
  }
}

template <typename Use>
void for_each_tile_row(const TiffFile& file, const TiffPage& page, const Use& use) {
  const auto tile_width = file.tag<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
  const auto tile_height = file.tag<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
  const std::uint64_t tile_row = TIFFTileRowSize64(file.get());
  if (tile_width == 0 || tile_height == 0 || tile_row == 0) file.fail();
  const std::uint64_t across = (std::uint64_t{page.width} + tile_width - 1) / tile_width;
  const std::uint64_t row_bytes = across * tile_row;
  if (tile_height > static_cast<std::uint64_t>(kMaxTiffAllocation) / row_bytes ||
      TIFFTileSize64(file.get()) != tile_row * tile_height) {
    throw Error(ErrorKind::kUnsupported, "TIFF with tiles that are too large");
  }
  std::vector<std::uint8_t> tile(tile_row * tile_height);
  std::vector<std::uint8_t> rows(row_bytes * tile_height);
  for (std::uint32_t y = 0; y < page.height; y += tile_height) {
    for (std::uint64_t i = 0; i < across; ++i) {
      const auto x = static_cast<std::uint32_t>(i * tile_width);
      if (TIFFReadTile(file.get(), tile.data(), x, y, 0, 0) < 0) file.fail();
      for (std::uint64_t line = 0; line < tile_height; ++line) {
        std::memcpy(rows.data() + line * row_bytes + i * tile_row, tile.data() + line * tile_row,
                    tile_row);
      }
    }
    const std::uint32_t lines = std::min(tile_height, page.height - y);
    for (std::uint32_t line = 0; line < lines; ++line) {
      use(Bytes(rows.data() + line * row_bytes, row_bytes));
    }
    if (page.height - y <= tile_height) break;
  }
}

template <typename Use>
void for_each_row(const TiffFile& file, const TiffPage& page, const Use& use) {
  if (TIFFIsTiled(file.get()) != 0) {
    for_each_tile_row(file, page, use);
  } else {
    for_each_strip_row(file, page, use);
  }
}

// One pixel, whose colours may have been multiplied by alpha.
template <typename Sample>
void put_pixel(const Sample* stored, const TiffPage& page, Sample* pixel) {
  constexpr std::uint64_t kMost = std::numeric_limits<Sample>::max();
  const auto put = [&](int c, std::uint64_t value) { pixel[c] = static_cast<Sample>(value); };
  if (page.is_grey()) {
    const bool inverted = page.photometric == PHOTOMETRIC_MINISWHITE;
    const std::uint64_t grey = inverted ? kMost - stored[0] : stored[0];
    put(0, grey);
    if (page.alpha == Alpha::kNone) return;
    put(1, grey);
    put(2, grey);
  } else if (page.photometric == PHOTOMETRIC_SEPARATED) {
    const std::uint64_t paper = kMost - stored[3];
    for (int c = 0; c < 3; ++c) put(c, ((kMost - stored[c]) * paper + kMost / 2) / kMost);
  } else {
    std::copy_n(stored, 3, pixel);
  }
  put(3, kMost);
  if (page.alpha == Alpha::kNone) return;
  const std::uint64_t alpha = stored[page.colours()];
  put(3, alpha);
  if (page.alpha == Alpha::kSeparate || alpha == 0) return;
  for (int c = 0; c < 3; ++c) put(c, std::min(kMost, (pixel[c] * kMost + alpha / 2) / alpha));
}

Rows rows_of(const TiffPage& page, PixelFormat format) {
  return {.width = static_cast<int>(page.width),
          .height = static_cast<int>(page.height),
          .format = format,
          .opaque = page.alpha == Alpha::kNone,
          .presentation = page.presentation};
}

template <typename Sample>
Image read_samples(const TiffFile& file, const TiffPage& page, const DecodeOptions& options) {
  const bool grey = page.is_grey() && page.alpha == Alpha::kNone;
  const PixelFormat format = grey ? PixelFormat::kGrey : PixelFormat::kRgba;
  Canvas<Sample> canvas(rows_of(page, format), options);
  const auto channels = static_cast<std::size_t>(format);
  std::vector<Sample> stored(std::size_t{page.width} * page.samples);
  std::vector<Sample> row(page.width * channels);
  for_each_row(file, page, [&](Bytes bytes) {
    if (bytes.size() < stored.size() * sizeof(Sample)) file.fail();
    std::memcpy(stored.data(), bytes.data(), stored.size() * sizeof(Sample));
    for (std::size_t x = 0; x < page.width; ++x) {
      put_pixel(stored.data() + x * page.samples, page, row.data() + x * channels);
    }
    canvas.add_row(row);
  });
  return canvas.finish();
}

// Samples of less than a byte are also numbers in a palette: of greys.
Palette palette_of(const TiffFile& file, const TiffPage& page) {
  Palette palette(std::size_t{1} << page.bits);
  const std::size_t last = palette.size() - 1;
  if (page.is_grey()) {
    for (std::size_t i = 0; i <= last; ++i) {
      const std::size_t light = page.photometric == PHOTOMETRIC_MINISWHITE ? last - i : i;
      const auto grey = static_cast<std::uint8_t>(light * 255 / last);
      palette[i] = {grey, grey, grey, 255};
    }
    return palette;
  }
  std::uint16_t* channels[3] = {};
  if (TIFFGetField(file.get(), TIFFTAG_COLORMAP, &channels[0], &channels[1], &channels[2]) != 1) {
    throw Error(ErrorKind::kCorrupt, "damaged TIFF: it has no palette");
  }
  bool wide = false;  // some programs write 0 to 255
  for (std::size_t i = 0; i <= last; ++i) {
    for (const std::uint16_t* channel : channels) wide = wide || channel[i] > 255;
  }
  for (std::size_t i = 0; i <= last; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      palette[i][c] = static_cast<std::uint8_t>(wide ? channels[c][i] >> 8 : channels[c][i]);
    }
  }
  return palette;
}

Image read_numbers(const TiffFile& file, const TiffPage& page, const DecodeOptions& options) {
  const Palette palette = palette_of(file, page);
  const PixelFormat format = palette.format();
  Canvas<std::uint8_t> canvas(rows_of(page, format), options);
  std::vector<std::uint8_t> numbers(page.width);
  std::vector<std::uint8_t> row(page.width * static_cast<std::size_t>(format));
  for_each_row(file, page, [&](Bytes bytes) {
    if (bytes.size() < (std::uint64_t{page.width} * page.bits + 7) / 8) file.fail();
    unpack(bytes, page.bits, numbers);
    palette.fill(numbers, format, row);
    canvas.add_row(row);
  });
  return canvas.finish();
}

struct RgbaImage {
  RgbaImage(const TiffFile& file, const TiffPage& page) {
    std::array<char, 1024> reason{};
    if (TIFFRGBAImageOK(file.get(), reason.data()) == 0 ||
        TIFFRGBAImageBegin(&image, file.get(), 1, reason.data()) == 0) {
      throw Error(ErrorKind::kUnsupported,
                  "TIFF of a kind not handled: " + as_reason(reason.data()));
    }
    image.req_orientation = image.orientation;  // as it is stored
    raster.resize(std::size_t{page.width} * page.height);
    const bool read = TIFFRGBAImageGet(&image, raster.data(), page.width, page.height) != 0;
    TIFFRGBAImageEnd(&image);
    if (!read) file.fail();
  }

  TIFFRGBAImage image{};
  std::vector<std::uint32_t> raster;
};

Image read_whole(const TiffFile& file, TiffPage page, const DecodeOptions& options) {
  check_whole_limit(page.width, page.height, options, "a TIFF of this kind");
  const RgbaImage whole(file, page);
  // Whatever it was, colours are now multiplied by alpha.
  page.alpha = whole.image.alpha != 0 ? Alpha::kMultiplied : Alpha::kNone;
  page.photometric = PHOTOMETRIC_RGB;
  Canvas<std::uint8_t> canvas(rows_of(page, PixelFormat::kRgba), options);
  std::vector<std::uint8_t> row(std::size_t{page.width} * 4);
  for (std::size_t y = 0; y < page.height; ++y) {
    for (std::size_t x = 0; x < page.width; ++x) {
      const std::uint32_t packed = whole.raster[y * page.width + x];
      const std::array<std::uint8_t, 4> stored = {
          static_cast<std::uint8_t>(TIFFGetR(packed)), static_cast<std::uint8_t>(TIFFGetG(packed)),
          static_cast<std::uint8_t>(TIFFGetB(packed)), static_cast<std::uint8_t>(TIFFGetA(packed))};
      put_pixel(stored.data(), page, row.data() + x * 4);
    }
    canvas.add_row(row);
  }
  return canvas.finish();
}

}  // namespace

Image decode_tiff(Bytes bytes, const DecodeOptions& options) {
  const std::vector<std::uint64_t> pages = tiff_pages(bytes, options);
  if (options.page < 0 || static_cast<std::size_t>(options.page) >= pages.size()) {
    throw Error(ErrorKind::kUsage, "no page " + std::to_string(options.page + 1) +
                                       ": the file has " + std::to_string(pages.size()));
  }
  const TiffFile file(bytes, pages[static_cast<std::size_t>(options.page)]);
  const TiffPage page = read_page(file, options, bytes.size());
  if (!page.row_by_row) return read_whole(file, page, options);
  if (page.photometric == PHOTOMETRIC_PALETTE || page.bits < 8) {
    return read_numbers(file, page, options);
  }
  return page.bits == 16 ? read_samples<std::uint16_t>(file, page, options)
                         : read_samples<std::uint8_t>(file, page, options);
}

}  // namespace mnist
