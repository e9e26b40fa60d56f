#include "mnist/image/levels.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace mnist {
namespace {

struct Levels {
  int black = 0;
  int white = 65535;

  int range() const { return white - black; }
};

constexpr int kNarrow = 65536 / 16;

// Calls `visit` with each colour sample that is visible.
template <typename Visit>
void for_each_colour(std::span<const std::uint16_t> samples, PixelFormat format,
                     const Visit& visit) {
  if (format == PixelFormat::kGrey) {
    for (const std::uint16_t sample : samples) visit(sample);
    return;
  }
  for (std::size_t i = 0; i < samples.size(); i += 4) {
    if (samples[i + 3] == 0) continue;
    for (std::size_t c = i; c < i + 3; ++c) visit(samples[c]);
  }
}

// The median step from a pixel to the next in its row: that of the noise, since most of a page is
// paper. Larger steps count as kNarrow.
int median_step(std::span<const std::uint16_t> samples, PixelFormat format, int width) {
  const auto channels = static_cast<std::size_t>(format);
  const std::size_t row = static_cast<std::size_t>(width) * channels;
  std::array<std::size_t, kNarrow + 1> counts{};
  std::size_t steps = 0;
  for (std::size_t i = channels; i < samples.size(); i += channels) {
    if (i % row == 0) continue;
    ++counts[static_cast<std::size_t>(
        std::min(std::abs(int{samples[i]} - int{samples[i - channels]}), kNarrow))];
    ++steps;
  }
  std::size_t below = 0;
  int median = 0;
  while (median < kNarrow && (below += counts[static_cast<std::size_t>(median)]) <= steps / 2) {
    ++median;
  }
  return median;
}

Levels levels_of(std::span<const std::uint16_t> samples, PixelFormat format, int width) {
  Levels used{.black = 65535, .white = 0};
  for_each_colour(samples, format, [&](int sample) {
    used.black = std::min(used.black, sample);
    used.white = std::max(used.white, sample);
  });
  Levels levels;
  if (used.white > 0 && used.white < 32768) levels.white = used.white;

  // Noise spreads over some ten times its median step; and 8 bits need no stretching to be seen.
  constexpr int kSignal = 16;
  constexpr int kLeastRange = 256;
  if (used.range() >= kLeastRange && used.range() < levels.range() / 16 &&
      used.range() >= kSignal * median_step(samples, format, width)) {
    levels = used;
  }
  return levels;
}

std::uint8_t scaled(int sample, const Levels& levels) {
  const int above = std::clamp(sample - levels.black, 0, levels.range());
  return static_cast<std::uint8_t>((above * 255 + levels.range() / 2) / levels.range());
}

}  // namespace

std::vector<std::uint8_t> to_8_bits(std::span<const std::uint16_t> samples, PixelFormat format,
                                    int width) {
  const Levels levels = levels_of(samples, format, width);
  const bool has_alpha = format == PixelFormat::kRgba;
  std::vector<std::uint8_t> result(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    result[i] = scaled(samples[i], has_alpha && i % 4 == 3 ? Levels{} : levels);
  }
  return result;
}

}  // namespace mnist
