// Rows are first summed column by column, which the compiler does in vectors, and across only once
// for each row of the result.
#include "mnist/image/canvas.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "mnist/image/levels.h"
#include "mnist/image/resample.h"

namespace mnist {
namespace {

int divided_up(int value, int divisor) { return value / divisor + (value % divisor != 0); }

template <int kChannels, typename Sample>
void scatter(std::span<const Sample> row, Sample* first, std::ptrdiff_t step) {
  const auto width = static_cast<std::ptrdiff_t>(row.size()) / kChannels;
  for (std::ptrdiff_t x = 0; x < width; ++x) {
    std::copy_n(row.data() + x * kChannels, kChannels, first + x * step);
  }
}

// The mean pixel of `count` ones, of which `width` columns of sums are left.
template <int kChannels, bool kOpaque, typename Sum, typename Sample>
void average(const Sum* sums, int width, std::uint64_t count, Sample* pixel) {
  std::uint64_t totals[kChannels] = {};
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < kChannels; ++c) totals[c] += sums[x * kChannels + c];
  }
  const auto mean = [](std::uint64_t total, std::uint64_t of) {
    return static_cast<Sample>(of == 0 ? 0 : (total + of / 2) / of);
  };
  for (int c = 0; c < kChannels; ++c) {
    const bool by_alpha = !kOpaque && c < 3;
    pixel[c] = mean(totals[c], by_alpha ? totals[kChannels - 1] : count);
  }
}

template <int kChannels, bool kOpaque, typename Sum, typename Sample>
void average_row(std::span<const Sum> sums, int factor, int rows, std::span<Sample> row) {
  const int width = static_cast<int>(sums.size()) / kChannels;
  Sample* pixel = row.data();
  for (int x = 0; x < width; x += factor, pixel += kChannels) {
    const int columns = std::min(factor, width - x);
    average<kChannels, kOpaque>(
        sums.data() + std::ptrdiff_t{x} * kChannels, columns,
        static_cast<std::uint64_t>(columns) * static_cast<std::uint64_t>(rows), pixel);
  }
}

std::vector<std::uint8_t> as_8_bits(std::vector<std::uint8_t> samples, PixelFormat, int) {
  return samples;
}

std::vector<std::uint8_t> as_8_bits(const std::vector<std::uint16_t>& samples, PixelFormat format,
                                    int width) {
  return to_8_bits(samples, format, width);
}

}  // namespace

int shrink_factor(std::uint64_t width, std::uint64_t height, std::uint64_t max_pixels) {
  const std::uint64_t most = std::max<std::uint64_t>(max_pixels, 1);
  const auto pixels_at = [&](std::uint64_t factor) {
    return ((width + factor - 1) / factor) * ((height + factor - 1) / factor);
  };
  if (pixels_at(1) <= most) return 1;
  const double ratio =
      static_cast<double>(width) * static_cast<double>(height) / static_cast<double>(most);
  auto factor = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::sqrt(ratio)));
  while (pixels_at(factor) > most) ++factor;
  return static_cast<int>(factor);
}

template <typename Sample>
Canvas<Sample>::Canvas(const Rows& rows, const DecodeOptions& options)
    : rows_(rows),
      max_pixels_(options.max_decoded_pixels),
      factor_(shrink_factor(static_cast<std::uint64_t>(rows.width),
                            static_cast<std::uint64_t>(rows.height), max_pixels_)),
      order_(upright_order(rows.presentation.orientation, divided_up(rows.width, factor_),
                           divided_up(rows.height, factor_))) {
  const auto channels = static_cast<std::size_t>(rows.format);
  pixels_.resize(static_cast<std::size_t>(order_.width) * static_cast<std::size_t>(order_.height) *
                 channels);
  if (factor_ == 1) return;
  sums_.resize(static_cast<std::size_t>(rows.width) * channels);
  averaged_.resize(static_cast<std::size_t>(divided_up(rows.width, factor_)) * channels);
}

template <typename Sample>
void Canvas<Sample>::add_row(std::span<const Sample> row) {
  ++rows_read_;
  if (factor_ == 1) {
    place(row);
    return;
  }
  add_to_box(row);
  if (rows_in_box_ == factor_ || rows_read_ == rows_.height) finish_box();
}

template <typename Sample>
void Canvas<Sample>::add_to_box(std::span<const Sample> row) {
  ++rows_in_box_;
  if (rows_.opaque || rows_.format == PixelFormat::kGrey) {
    for (std::size_t i = 0; i < row.size(); ++i) sums_[i] += row[i];
    return;
  }
  for (std::size_t i = 0; i < row.size(); i += 4) {
    const Sum alpha = row[i + 3];
    for (std::size_t c = i; c < i + 3; ++c) sums_[c] += row[c] * alpha;
    sums_[i + 3] += alpha;
  }
}

template <typename Sample>
void Canvas<Sample>::finish_box() {
  const std::span<const Sum> sums = sums_;
  const std::span<Sample> row = averaged_;
  if (rows_.format == PixelFormat::kGrey) {
    average_row<1, true>(sums, factor_, rows_in_box_, row);
  } else if (rows_.opaque) {
    average_row<4, true>(sums, factor_, rows_in_box_, row);
  } else {
    average_row<4, false>(sums, factor_, rows_in_box_, row);
  }
  place(averaged_);
  std::ranges::fill(sums_, Sum{0});
  rows_in_box_ = 0;
}

// Puts one row of the result where the orientation wants it.
template <typename Sample>
void Canvas<Sample>::place(std::span<const Sample> row) {
  const auto channels = static_cast<std::ptrdiff_t>(rows_.format);
  const std::ptrdiff_t step = order_.column_step * channels;
  Sample* first = pixels_.data() + (order_.origin + rows_placed_ * order_.row_step) * channels;
  ++rows_placed_;
  if (order_.column_step == 1) {
    std::ranges::copy(row, first);
  } else if (rows_.format == PixelFormat::kGrey) {
    scatter<1>(row, first, step);
  } else {
    scatter<4>(row, first, step);
  }
}

template <typename Sample>
Image Canvas<Sample>::finish() {
  const double scale = static_cast<double>(factor_) * rows_.shrunk_by;
  Image image{.width = order_.width,
              .height = order_.height,
              .format = rows_.format,
              .pixels = as_8_bits(std::move(pixels_), rows_.format, order_.width),
              .scale_x = scale,
              .scale_y = scale};
  pixels_ = {};
  const double aspect = rows_.presentation.pixel_aspect;
  return with_square_pixels(std::move(image),
                            is_transposed(rows_.presentation.orientation) ? 1 / aspect : aspect,
                            max_pixels_);
}

template class Canvas<std::uint8_t>;
template class Canvas<std::uint16_t>;

}  // namespace mnist
