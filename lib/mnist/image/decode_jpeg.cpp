// JPEG (ISO/IEC 10918-1) with libjpeg-turbo: header, checks, then row by row, each row put where
// EXIF's orientation wants it, so that a turned picture needs no second copy. Reading ends with the
// first picture (an MPO holds more after it).
//
// libjpeg fills what is missing of a file with grey and only warns: those two warnings are errors
// here, the others are passed over. Decoding several scans repeats work over the whole picture, so
// their number is capped.
#include <cstdio>
// libjpeg's headers need <cstdio> before them.
#include <algorithm>
#include <string>
#include <vector>

#include <jerror.h>
#include <jpeglib.h>

#include "mnist/base/error.h"
#include "mnist/image/codecs.h"
#include "mnist/image/exif.h"

namespace mnist {
namespace {

class JpegReader {
 public:
  explicit JpegReader(int max_scans) : max_scans_(max_scans) {}
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // Up to the first scan: size and orientation are known after it.
  void read_header(std::span<const std::uint8_t> bytes);
  int width() const { return static_cast<int>(info_.image_width); }
  int height() const { return static_cast<int>(info_.image_height); }
  int orientation() const;
  std::uint64_t least_size() const;

  PixelFormat format() const {
    return info_.num_components == 1 ? PixelFormat::kGrey : PixelFormat::kRgba;
  }
  void start();
  void read_row(std::uint8_t* samples);  // width() pixels in format()
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
  int max_scans_;
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
  // A damaged stretch between two restart markers is one stripe; before any other it is the rest.
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

int JpegReader::orientation() const {
  for (const jpeg_marker_struct* marker = info_.marker_list; marker; marker = marker->next) {
    const int orientation = exif_orientation({marker->data, marker->data_length});
    if (orientation != 1) return orientation;
  }
  return 1;
}

void JpegReader::start() {
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

// CMYK samples are stored inverted, 255 for no ink, by Adobe's programs and all that follow them.
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
    cmyk_to_rgba({samples, static_cast<std::size_t>(width()) * 4});
  }
}

void JpegReader::finish() {
  run([&] { jpeg_finish_decompress(&info_); });
}

template <int kChannels>
void scatter(std::span<const std::uint8_t> row, std::uint8_t* first, std::ptrdiff_t step) {
  const auto width = static_cast<std::ptrdiff_t>(row.size()) / kChannels;
  for (std::ptrdiff_t x = 0; x < width; ++x) {
    std::copy_n(row.data() + x * kChannels, kChannels, first + x * step);
  }
}

// Puts one stored row where `placement` wants it.
void place_row(std::span<const std::uint8_t> row, int y, const Placement& placement, Image& image) {
  const std::ptrdiff_t step = placement.column_step * image.channels();
  auto* first =
      image.pixels.data() + (placement.origin + y * placement.row_step) * image.channels();
  if (placement.column_step == 1) {
    std::copy(row.begin(), row.end(), first);
  } else if (image.format == PixelFormat::kGrey) {
    scatter<1>(row, first, step);
  } else {
    scatter<4>(row, first, step);
  }
}

}  // namespace

bool is_jpeg(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

Image decode_jpeg(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  JpegReader reader(limits.max_jpeg_scans);
  reader.read_header(bytes);
  check_pixel_limit(static_cast<std::uint64_t>(reader.width()),
                    static_cast<std::uint64_t>(reader.height()), limits);
  // A short file that claims a large picture is refused before memory is spent on it.
  if (reader.least_size() > bytes.size()) throw Error(ErrorKind::kCorrupt, "truncated JPEG");
  reader.start();

  const Placement placement =
      upright_placement(reader.orientation(), reader.width(), reader.height());
  Image image = make_image(placement.width, placement.height, reader.format());
  std::vector<std::uint8_t> row(static_cast<std::size_t>(reader.width()) *
                                static_cast<std::size_t>(image.channels()));
  for (int y = 0; y < reader.height(); ++y) {
    reader.read_row(row.data());
    place_row(row, y, placement, image);
  }
  reader.finish();
  return image;
}

}  // namespace mnist
