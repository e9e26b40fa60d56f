// JPEG (ISO/IEC 10918-1) with libjpeg-turbo: header, checks, then row by row. A large picture is
// decoded to a half, a quarter or an eighth, which saves most of the work. Reading ends with the
// first picture (an MPO has more after it).
//
// libjpeg fills missing parts of a file with grey and only warns: those two warnings are errors
// here, the others are ignored. Decoding several scans repeats work over the whole picture and
// keeps all of its coefficients, so their number and the memory are capped.
#include <cstdio>
// libjpeg's headers need <cstdio> before them.
#include <algorithm>
#include <string>
#include <vector>

#include <jerror.h>
#include <jpeglib.h>

#include "mnist/base/error.h"
#include "mnist/image/canvas.h"
#include "mnist/image/codecs.h"

namespace mnist {
namespace {

class JpegReader {
 public:
  JpegReader() = default;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // Up to the first scan: the size is known after it.
  void read_header(std::span<const std::uint8_t> bytes);
  int width() const { return static_cast<int>(info_.image_width); }
  int height() const { return static_cast<int>(info_.image_height); }
  Presentation presentation() const;
  std::uint64_t least_size() const;
  std::uint64_t coefficient_bytes() const;

  PixelFormat format() const {
    return info_.num_components == 1 ? PixelFormat::kGrey : PixelFormat::kRgba;
  }
  void allow_scans(int count) { max_scans_ = count; }
  void start(int shrink_by);  // 1, 2, 4 or 8
  int rows_width() const { return static_cast<int>(info_.output_width); }
  int rows_height() const { return static_cast<int>(info_.output_height); }
  void read_row(std::uint8_t* samples);  // rows_width() pixels in format()
  void finish();

 private:
  static JpegReader& of(j_common_ptr info) { return *static_cast<JpegReader*>(info->client_data); }
  [[noreturn]] static void on_error(j_common_ptr info);
  static void on_message(j_common_ptr info, int level);
  static void on_progress(j_common_ptr info);

  template <typename Calls>
  void run(const Calls& calls) {
    if (!run_trapped(trap_, calls)) throw_error();
  }
  [[noreturn]] void throw_error() const;

  ErrorTrap trap_;
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct info_{};
  int max_scans_ = 1;
  bool too_many_scans_ = false;
};

void JpegReader::on_error(j_common_ptr info) {
  ErrorTrap& trap = of(info).trap_;
  static_assert(sizeof trap.message >= JMSG_LENGTH_MAX);
  info->err->format_message(info, trap.message.data());
  std::longjmp(trap.entry, 1);
}

void JpegReader::on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  const int code = info->err->msg_code;
  const int marker = of(info).info_.unread_marker;
  // Damage before a restart marker spoils one stripe; before any other marker, the rest.
  const bool data_end_early =
      code == JWRN_HIT_MARKER && (marker < JPEG_RST0 || marker > JPEG_RST0 + 7);
  if (code == JWRN_JPEG_EOF || data_end_early) on_error(info);
}

void JpegReader::on_progress(j_common_ptr info) {
  JpegReader& reader = of(info);
  if (reader.info_.input_scan_number <= reader.max_scans_) return;
  reader.too_many_scans_ = true;
  on_error(info);
}

void JpegReader::throw_error() const {
  if (too_many_scans_) {
    throw Error(ErrorKind::kUnsupported,
                "JPEG with more than " + std::to_string(max_scans_) + " scans");
  }
  switch (errors_.msg_code) {
    case JWRN_JPEG_EOF:
      throw Error(ErrorKind::kCorrupt, "truncated JPEG");
    case JWRN_HIT_MARKER:
      throw Error(ErrorKind::kCorrupt, "damaged JPEG: its data end early");
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_COMPONENT_COUNT:
      throw Error(ErrorKind::kUnsupported, "JPEG of a kind not handled: " + trap_.text());
    default:
      throw Error(ErrorKind::kCorrupt, "damaged JPEG: " + trap_.text());
  }
}

void JpegReader::read_header(std::span<const std::uint8_t> bytes) {
  info_.err = jpeg_std_error(&errors_);
  info_.client_data = this;
  errors_.error_exit = on_error;
  errors_.emit_message = on_message;
  progress_.progress_monitor = on_progress;
  run([&] {
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
  });
  // No browser writes or shows it, and its decoder makes up whatever data are missing.
  if (info_.arith_code) {
    throw Error(ErrorKind::kUnsupported, "JPEG with arithmetic coding");
  }
}

// In bytes: each block of the first component takes a Huffman code, of one bit or more.
std::uint64_t JpegReader::least_size() const {
  const jpeg_component_info& component = info_.comp_info[0];
  return std::uint64_t{component.width_in_blocks} * component.height_in_blocks / 8;
}

// What a picture with several scans keeps in memory: 64 coefficients of two bytes for each block.
std::uint64_t JpegReader::coefficient_bytes() const {
  constexpr std::uint64_t kBlock = 128;
  if (jpeg_has_multiple_scans(const_cast<j_decompress_ptr>(&info_)) == 0) return 0;
  std::uint64_t blocks = 0;
  for (int i = 0; i < info_.num_components; ++i) {
    const jpeg_component_info& component = info_.comp_info[i];
    blocks += std::uint64_t{component.width_in_blocks} * component.height_in_blocks;
  }
  return blocks * kBlock;
}

// JFIF's densities precede EXIF's, unless they say nothing: 1 : 1 without a unit.
Presentation JpegReader::presentation() const {
  Presentation result;
  for (const jpeg_marker_struct* marker = info_.marker_list; marker; marker = marker->next) {
    result = exif_presentation({marker->data, marker->data_length});
    if (result != Presentation{}) break;
  }
  constexpr int kCentimetre = 2;
  const bool says_nothing = info_.density_unit == 0 && info_.X_density == info_.Y_density;
  if (info_.saw_JFIF_marker != 0 && info_.density_unit <= kCentimetre && !says_nothing) {
    result.pixel_aspect = pixel_aspect(info_.X_density, info_.Y_density);
  }
  return result;
}

void JpegReader::start(int shrink_by) {
  info_.scale_num = 1;
  info_.scale_denom = static_cast<unsigned>(shrink_by);
  switch (info_.jpeg_color_space) {
    case JCS_GRAYSCALE:
      info_.out_color_space = JCS_GRAYSCALE;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      info_.out_color_space = JCS_CMYK;
      break;
    default:
      info_.out_color_space = JCS_EXT_RGBA;
  }
  run([&] { jpeg_start_decompress(&info_); });
}

// CMYK samples are stored inverted, 255 for no ink, by Adobe's programs and all that imitate them.
void cmyk_to_rgba(std::span<std::uint8_t> row) {
  for (std::size_t i = 0; i < row.size(); i += 4) {
    const int black = row[i + 3];
    for (std::size_t c = i; c < i + 3; ++c) {
      row[c] = static_cast<std::uint8_t>((row[c] * black + 127) / 255);
    }
    row[i + 3] = 255;
  }
}

void JpegReader::read_row(std::uint8_t* samples) {
  run([&] { jpeg_read_scanlines(&info_, &samples, 1); });
  if (info_.out_color_space == JCS_CMYK) {
    cmyk_to_rgba({samples, static_cast<std::size_t>(rows_width()) * 4});
  }
}

void JpegReader::finish() {
  run([&] { jpeg_finish_decompress(&info_); });
}

// One of the scales that libjpeg decodes to; the canvas does the rest.
int scale_for(std::uint64_t width, std::uint64_t height, std::uint64_t max_pixels) {
  int scale = 1;
  while (scale < 8 && shrink_factor(width, height, max_pixels) > scale) scale *= 2;
  return scale;
}

// A picture of up to 10 million pixels may have as many scans as the options allow, a larger one
// fewer, in proportion: each scan costs the picture's size.
int allowed_scans(std::uint64_t pixels, int max_scans) {
  constexpr std::uint64_t kAllScans = 10'000'000;
  constexpr std::uint64_t kLeast = 12;  // libjpeg writes 10
  const auto most = static_cast<std::uint64_t>(std::max(max_scans, 0));
  if (pixels <= kAllScans) return max_scans;
  return static_cast<int>(std::min(most, std::max(kLeast, most * kAllScans / pixels)));
}

}  // namespace

bool is_jpeg(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

Image decode_jpeg(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  JpegReader reader;
  reader.read_header(bytes);
  const auto width = static_cast<std::uint64_t>(reader.width());
  const auto height = static_cast<std::uint64_t>(reader.height());
  check_pixel_limit(width, height, options);
  // A short file that claims a large picture is refused before memory is spent on it.
  if (reader.least_size() > bytes.size()) throw Error(ErrorKind::kCorrupt, "truncated JPEG");
  constexpr std::uint64_t kMaxCoefficients = std::uint64_t{1} << 30;
  if (reader.coefficient_bytes() > kMaxCoefficients) {
    throw Error(ErrorKind::kUnsupported,
                std::to_string(width) + " x " + std::to_string(height) +
                    " pixels are too many for a progressive JPEG: save it as a baseline one");
  }
  reader.allow_scans(allowed_scans(width * height, options.max_jpeg_scans));
  const int scale = scale_for(width, height, options.max_decoded_pixels);
  reader.start(scale);

  Canvas<std::uint8_t> canvas({.width = reader.rows_width(),
                               .height = reader.rows_height(),
                               .format = reader.format(),
                               .shrunk_by = scale,
                               .presentation = reader.presentation()},
                              options);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(reader.rows_width()) *
                                static_cast<std::size_t>(reader.format()));
  for (int y = 0; y < reader.rows_height(); ++y) {
    reader.read_row(row.data());
    canvas.add_row(row);
  }
  reader.finish();
  return canvas.finish();
}

}  // namespace mnist
