// Decoders put the rows of a picture here, one after another, and get an upright Image of square
// pixels and 8 bits a sample that is no larger than asked for. A large picture is made smaller by a
// whole factor, each pixel the mean of a square of them, while it is read: it takes the memory of
// the result only. Internal. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "mnist/image/decode.h"
#include "mnist/image/exif.h"
#include "mnist/image/image.h"

namespace mnist {

// What the decoder is going to deliver.
struct Rows {
  int width = 0;
  int height = 0;
  PixelFormat format = PixelFormat::kGrey;
  bool opaque = true;  // no pixel of kRgba is transparent
  int shrunk_by = 1;   // the decoder has already made it smaller by this
  Presentation presentation = {};
};

// The smallest whole factor that reduces the picture to `max_pixels` or fewer.
int shrink_factor(std::uint64_t width, std::uint64_t height, std::uint64_t max_pixels);

// Sample: std::uint8_t, or std::uint16_t for more than 8 bits, which use all of the 16.
template <typename Sample>
class Canvas {
 public:
  Canvas(const Rows& rows, const DecodeOptions& options);

  // The next row: width * channels samples.
  void add_row(std::span<const Sample> row);

  // After the last row.
  Image finish();

 private:
  using Sum = std::conditional_t<sizeof(Sample) == 1, std::uint32_t, std::uint64_t>;

  void add_to_box(std::span<const Sample> row);
  void finish_box();
  void place(std::span<const Sample> row);

  Rows rows_;
  std::uint64_t max_pixels_;
  int factor_;
  PixelOrder order_;
  int rows_in_box_ = 0;
  int rows_read_ = 0;
  int rows_placed_ = 0;
  std::vector<Sum> sums_;         // of the columns of the box, colours times alpha unless opaque
  std::vector<Sample> averaged_;  // one row of the result
  std::vector<Sample> pixels_;
};

extern template class Canvas<std::uint8_t>;
extern template class Canvas<std::uint16_t>;

}  // namespace mnist
