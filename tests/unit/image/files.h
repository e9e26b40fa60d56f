// Small files of the formats that pictures.h leaves out: BMP and GIF written byte by byte, TIFF,
// WebP and HEIF with the libraries that decode them, if those are there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "unit/image/pictures.h"

namespace mnist::testing {

// What a file says about how to show it.
struct Labels {
  int orientation = 1;
  std::uint32_t x_density = 0;  // 0: none is given
  std::uint32_t y_density = 0;
  std::uint16_t unit = 2;  // EXIF's and TIFF's: 1 none, 2 inch, 3 centimetre
};

struct RgbPicture {
  int width = 1;
  int height = 1;
  Bytes samples = {};
};

// No symmetry, smooth enough for lossy formats.
RgbPicture slanted_picture(int width, int height);

// An EXIF block with these labels; with "Exif\0\0" before it if `named`.
Bytes exif_block(const Labels& labels, bool little_endian, bool named);

// A chunk of PNG put before the first IDAT.
Bytes with_png_chunk(const Bytes& png, std::string_view type, const Bytes& data);
// As ImageMagick kept EXIF before PNG had a chunk for it; deflated in zTXt.
Bytes raw_profile(const Bytes& block, std::string_view keyword, bool deflated);

struct BmpPicture {
  int width = 1;
  int height = 1;
  int bits = 24;
  bool top_down = false;
  bool core = false;  // BITMAPCOREHEADER
  std::uint32_t compression = 0;
  std::vector<std::uint32_t> masks = {};
  std::vector<Rgba> palette = {};
  std::vector<std::uint32_t> values = {};  // of the pixels, row by row from the top
  std::int32_t x_density = 0;
  std::int32_t y_density = 0;
};
Bytes make_bmp(const BmpPicture& picture);

struct GifPicture {
  int width = 1;
  int height = 1;
  std::vector<Rgba> palette = {};  // 2, 4, ... 256 colours
  Bytes numbers = {};
  bool interlaced = false;
  bool compressed = true;  // with a table that grows; otherwise one code a pixel
  int transparent = -1;
  std::uint8_t aspect = 0;
};
Bytes make_gif(const GifPicture& picture);

struct TiffPage {
  std::uint32_t width = 1;
  std::uint32_t height = 1;
  std::uint16_t bits = 8;
  std::uint16_t samples = 1;
  std::uint16_t photometric = 1;  // 0 white is 0, 1 black is 0, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr
  std::uint16_t compression = 1;  // 1 none, 4 fax, 5 LZW, 7 JPEG, 8 deflate
  std::uint16_t format = 1;       // 1 unsigned, 3 float
  std::uint16_t extra = 0;        // of the sample after the colours: 1 multiplied alpha, 2 alpha
  std::uint32_t tile = 0;         // side of the tiles, 0 for strips
  bool separate = false;          // one plane after another
  bool reduced = false;           // marked as a copy of another page
  Labels labels = {};
  std::vector<std::uint16_t> palette = {};  // all reds, all greens, all blues
  Bytes data = {};                          // rows as libtiff takes them; planes one after another
};
Bytes make_tiff(const std::vector<TiffPage>& pages, bool big = false);

Bytes make_webp(const RgbPicture& picture, const Bytes& exif = {}, bool lossless = true);
Bytes make_webp_with_alpha(int width, int height, const Bytes& rgba);
// As the only frame of an animation.
Bytes make_animated_webp(const RgbPicture& picture);

Bytes make_heif(const RgbPicture& picture, int orientation, bool av1);
bool can_make_heif(bool av1);

// Every kind of file that can be labelled.
struct Labelled {
  std::string format;
  std::function<Bytes(const RgbPicture&, const Labels&)> make;
  bool densities = true;
};
std::vector<Labelled> labelled_formats();

}  // namespace mnist::testing
