// How files begin: those of the formats whose decoders may not be built in, and those that are
// known but not read, so a message can say what a file is and what to do with it.
#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "mnist/image/codecs.h"

namespace mnist {
namespace {

using namespace std::string_view_literals;

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool has_at(std::string_view text, std::size_t offset, std::string_view part) {
  return text.size() >= offset && text.substr(offset).starts_with(part);
}

// ISO/IEC 14496-12: the first box is "ftyp" and says what the file is, and what it may be read as.
// Videos may list a picture's brand among the latter: the first counts.
bool is_of_brand(std::string_view text, std::span<const std::string_view> brands) {
  return has_at(text, 4, "ftyp") && text.size() >= 12 &&
         std::ranges::find(brands, text.substr(8, 4)) != brands.end();
}

struct Foreign {
  std::string_view begins;
  std::size_t offset;
  std::string_view message;
};

constexpr std::string_view kPdf =
    "PDF is not supported: make pictures of its pages with pdftoppm -r 300 -png";
constexpr std::string_view kPostScript =
    "PostScript is not supported: make a picture of it with gs -sDEVICE=png16m -r300";
constexpr std::string_view kJpeg2000 =
    "JPEG 2000 is not supported: make a PNG of it with opj_decompress";
constexpr std::string_view kJpegXl = "JPEG XL is not supported: make a PNG of it with djxl";
constexpr std::string_view kIcon = "an icon (ICO) is not supported: save it as PNG";
constexpr std::string_view kRaw =
    "a camera's raw format is not supported: make a JPEG of it, as the camera can";
constexpr std::string_view kVideo =
    "a video is not supported: take a picture from it with ffmpeg -frames:v 1";

constexpr Foreign kForeign[] = {
    {"%!PS"sv, 0, kPostScript},
    {"8BPS"sv, 0, "Photoshop's format (PSD) is not supported: save it as PNG"},
    {"gimp xcf"sv, 0, "GIMP's format (XCF) is not supported: export it as PNG"},
    {"\0\0\0\x0CjP  \r\n\x87\n"sv, 0, kJpeg2000},
    {"\xFF\x4F\xFF\x51"sv, 0, kJpeg2000},
    {"\0\0\0\x0CJXL \r\n\x87\n"sv, 0, kJpegXl},
    {"\xFF\x0A"sv, 0, kJpegXl},
    {"II\xBC\x01"sv, 0, "JPEG XR is not supported: save it as PNG"},
    {"\0\0\x01\0"sv, 0, kIcon},
    {"\0\0\x02\0"sv, 0, kIcon},
    {"\x76\x2F\x31\x01"sv, 0, "OpenEXR is not supported: save it as PNG"},
    {"#?RADIANCE"sv, 0, "Radiance (HDR) is not supported: save it as PNG"},
    {"#?RGBE"sv, 0, "Radiance (HDR) is not supported: save it as PNG"},
    {"AT&TFORM"sv, 0, "DjVu is not supported: make a TIFF of it with ddjvu -format=tiff"},
    {"DICM"sv, 128, "DICOM is not supported: make a PNG of it with dcm2pnm"},
    {"SIMPLE  ="sv, 0, "FITS is not supported: save it as TIFF or PNG"},
    {"\x97JB2\r\n\x1A\n"sv, 0, "JBIG2 is not supported: make a PNG of it with jbig2dec"},
    {"P7\n"sv, 0, "PAM is not supported: make a PNG of it with pamtopng"},
    {"PF\n"sv, 0, "PFM is not supported: make a PPM of it with pfmtopam"},
    {"Pf\n"sv, 0, "PFM is not supported: make a PGM of it with pfmtopam"},
    {"qoif"sv, 0, "QOI is not supported: save it as PNG"},
    {"\x0A\x05\x01"sv, 0, "PCX is not supported: save it as PNG"},
    {"/* XPM"sv, 0, "XPM is not supported: save it as PNG"},
    {"FUJIFILMCCD-RAW"sv, 0, kRaw},
    {"IIRO"sv, 0, kRaw},
    {"IIU\0"sv, 0, kRaw},
    {"ftypcrx "sv, 4, kRaw},
    {"ftyp"sv, 4, kVideo},
    {"\x1A\x45\xDF\xA3"sv, 0, kVideo},
    {"AVI "sv, 8, kVideo},
    {"FLV\x01"sv, 0, kVideo},
    {"\0\0\x01\xBA"sv, 0, kVideo},
    {"PK\x03\x04"sv, 0, "an archive or a document of an office program, not a picture: unpack it"},
    {"\x1F\x8B"sv, 0, "compressed with gzip: unpack it with gunzip"},
    {"BZh"sv, 0, "compressed with bzip2: unpack it with bunzip2"},
    {"\xFD"
     "7zXZ"sv,
     0, "compressed with xz: unpack it with unxz"},
    {"\x28\xB5\x2F\xFD"sv, 0, "compressed with zstd: unpack it with unzstd"},
    {"version https://git-lfs."sv, 0, "a pointer of Git LFS: fetch the file with git lfs pull"},
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Markup, with anything before the element that identifies it.
std::optional<std::string_view> describe_markup(std::string_view text) {
  const std::string begin = lower(text.substr(0, 1024));
  const std::size_t first = begin.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == begin.npos || begin[first] != '<') return std::nullopt;
  if (begin.find("<svg") != begin.npos) {
    return "SVG is not supported: make a PNG of it with rsvg-convert";
  }
  if (begin.find("<html") != begin.npos || begin.find("<!doctype html") != begin.npos) {
    return "a web page, not a picture";
  }
  return std::nullopt;
}

}  // namespace

bool is_webp(std::span<const std::uint8_t> bytes) {
  return as_text(bytes).starts_with("RIFF") && has_at(as_text(bytes), 8, "WEBP");
}

bool is_heif(std::span<const std::uint8_t> bytes) {
  constexpr std::array<std::string_view, 11> kBrands = {
      "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "avif", "avis", "mif1"};
  return is_of_brand(as_text(bytes), kBrands);
}

// "II" or "MM", and 42, or 43 for BigTIFF, in that byte order.
bool is_tiff(std::span<const std::uint8_t> bytes) {
  const std::string_view text = as_text(bytes);
  return text.starts_with("II*\0"sv) || text.starts_with("MM\0*"sv) ||
         text.starts_with("II+\0"sv) || text.starts_with("MM\0+"sv);
}

std::optional<std::string> describe_foreign_format(std::span<const std::uint8_t> bytes) {
  const std::string_view text = as_text(bytes);
  // The header of a PDF may be anywhere in its first 1024 bytes.
  if (text.substr(0, 1024).find("%PDF-") != text.npos) return std::string(kPdf);
  for (const Foreign& foreign : kForeign) {
    if (has_at(text, foreign.offset, foreign.begins)) return std::string(foreign.message);
  }
  if (const auto markup = describe_markup(text)) return std::string(*markup);
  return std::nullopt;
}

}  // namespace mnist
