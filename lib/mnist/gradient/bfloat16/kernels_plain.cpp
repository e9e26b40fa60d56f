// The kernels written as plainly as possible, one product after the other: the fast ones are
// compared with these.
#include <algorithm>
#include <cstddef>
#include <cstring>

#include "mnist/gradient/bfloat16/kernels.h"

namespace mnist::bfloat16 {
namespace plain {
namespace {

float to_float(Bf16 value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// To the nearest, ties to even.
Bf16 to_bf16(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<Bf16>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

std::uint32_t pair_of(Bf16 low, Bf16 high) { return low | static_cast<std::uint32_t>(high) << 16; }

// Where pack() puts a weight: [tile of outputs][tap][pair of inputs][output within the tile][2].
std::size_t packed_at(int outs, int ins, int taps, int out, int in, int tap) {
  const int tile = out / kTile * kTile;
  const int width = std::min(kTile, outs - tile);
  return static_cast<std::size_t>(tile) * taps * ins +
         static_cast<std::size_t>(tap * ins + in / 2 * 2) * width + (out - tile) * 2 + in % 2;
}

void pack(const WeightView& w, Bf16* packed) {
  const int outs = (w.outs + kLanes - 1) / kLanes * kLanes;
  for (int out = 0; out < outs; ++out) {
    for (int in = 0; in < w.ins; ++in) {
      for (int tap = 0; tap < w.taps; ++tap) {
        const int from = w.reverse_taps ? w.taps - 1 - tap : tap;
        const float* weight = w.data + out * w.out_stride + in * w.in_stride + from * w.tap_stride;
        packed[packed_at(outs, w.ins, w.taps, out, in, tap)] =
            out < w.outs ? to_bf16(*weight) : Bf16{0};
      }
    }
  }
}

float weight_of(const Convolution& c, const Bf16* packed, int out, int in, int tap) {
  return to_float(
      packed[packed_at(c.out_channels, c.in_channels, c.taps.rows * c.taps.columns, out, in, tap)]);
}

int offset(const Grid& grid, int y, int x) { return y * grid.row_stride + x * grid.column_stride; }

template <class Visit>
void for_each(const Grid& grid, Visit&& visit) {
  for (int y = 0; y < grid.rows; ++y) {
    for (int x = 0; x < grid.columns; ++x) visit(y, x);
  }
}

void convolve(const Convolution& c, const Bf16* in, const Bf16* weights, float* out,
              int out_stride) {
  for_each(c.positions, [&](int y, int x) {
    for (int o = 0; o < c.out_channels; ++o) {
      float sum = 0;
      for_each(c.taps, [&](int ky, int kx) {
        const Bf16* at = in + offset(c.positions, y, x) + offset(c.taps, ky, kx);
        for (int i = 0; i < c.in_channels; ++i) {
          sum += to_float(at[i]) * weight_of(c, weights, o, i, ky * c.taps.columns + kx);
        }
      });
      out[(y * c.positions.columns + x) * out_stride + o] = sum;
    }
  });
}

void convolve_transposed(const Convolution& c, const Bf16* in, const Bf16* weights, float* out) {
  for_each(c.taps, [&](int ky, int kx) {
    for_each(c.positions, [&](int y, int x) {
      const Bf16* from = in + offset(c.positions, y, x);
      float* to = out + offset(c.taps, y + ky, x + kx);
      for (int o = 0; o < c.out_channels; ++o) {
        for (int i = 0; i < c.in_channels; ++i) {
          to[o] += to_float(from[i]) * weight_of(c, weights, o, i, ky * c.taps.columns + kx);
        }
      }
    });
  });
}

void pair_inputs(const Bf16* in, int size, int column_stride, std::uint32_t* pairs) {
  for (int at = 0; at < size; ++at) pairs[at] = pair_of(in[at], in[at + column_stride]);
}

void pair_gradients(const Bf16* out_gradient, const Grid& positions, int channels,
                    std::uint32_t* pairs) {
  for (int y = 0; y < positions.rows; ++y) {
    for (int x = 0; x < positions.columns; x += 2) {
      const Bf16* left = out_gradient + offset(positions, y, x);
      for (int o = 0; o < channels; ++o) {
        *pairs++ = pair_of(left[o], left[o + positions.column_stride]);
      }
    }
  }
}

float product_of(std::uint32_t a, std::uint32_t b) {
  return to_float(static_cast<Bf16>(a)) * to_float(static_cast<Bf16>(b)) +
         to_float(static_cast<Bf16>(a >> 16)) * to_float(static_cast<Bf16>(b >> 16));
}

void weight_gradient(const Convolution& c, const PairedImages& images, float* gradient) {
  const int pairs = (c.positions.columns + 1) / 2;
  for_each(c.taps, [&](int ky, int kx) {
    for (int i = 0; i < c.in_channels; ++i) {
      for (int o = 0; o < c.out_channels; ++o, ++gradient) {
        for (int image = 0; image < images.images; ++image) {
          const std::uint32_t* in =
              images.in + image * images.in_stride + offset(c.taps, ky, kx) + i;
          const std::uint32_t* out = images.out_gradient + image * images.out_stride + o;
          for (int y = 0; y < c.positions.rows; ++y) {
            for (int pair = 0; pair < pairs; ++pair) {
              *gradient += product_of(in[offset(c.positions, y, 2 * pair)],
                                      out[(y * pairs + pair) * c.out_channels]);
            }
          }
        }
      }
    }
  });
}

void round(const float* in, int count, Bf16* out) { std::transform(in, in + count, out, to_bf16); }

void round_and_sum(const float* in, int positions, int channels, Bf16* out, float* sums) {
  round(in, positions * channels, out);
  for (int at = 0; at < positions * channels; ++at) {
    const float value = to_float(out[at]);
    sums[at % channels] += value;
    sums[channels + at % channels] += value * value;
  }
}

// The place in y of the value that activate() writes to (i, j) of a channel: the first of the
// largest in its window, or the value itself.
int source_of(const Activation& a, const Bf16* y, int i, int j, int channel) {
  const auto at = [&](int row, int column) {
    return (row * a.columns + column) * a.channels + channel;
  };
  if (!a.pool) return at(i, j);
  const auto normalised = [&](int place) {
    return to_float(y[place]) * a.scale[channel] + a.shift[channel];
  };
  int best = at(2 * i, 2 * j);
  for (const int place : {at(2 * i, 2 * j + 1), at(2 * i + 1, 2 * j), at(2 * i + 1, 2 * j + 1)}) {
    if (normalised(place) > normalised(best)) best = place;
  }
  return best;
}

Grid activated_grid(const Activation& a) {
  const int shrink = a.pool ? 2 : 1;
  const int columns = a.columns / shrink;
  return {a.rows / shrink, columns, columns * a.channels, a.channels};
}

void activate(const Activation& a, const Bf16* y, Bf16* out, const Grid& out_positions) {
  for_each(out_positions, [&](int i, int j) {
    for (int channel = 0; channel < a.channels; ++channel) {
      const float value = to_float(y[source_of(a, y, i, j, channel)]);
      out[offset(out_positions, i, j) + channel] =
          to_bf16(std::max(0.0F, value * a.scale[channel] + a.shift[channel]));
    }
  });
}

// Shows each place in y that gets a gradient, its channel and that gradient.
template <class Visit>
void for_each_gradient(const Activation& a, const Bf16* y, const Bf16* da, Visit&& visit) {
  const Grid grid = activated_grid(a);
  for_each(grid, [&](int i, int j) {
    for (int channel = 0; channel < a.channels; ++channel) {
      const int place = source_of(a, y, i, j, channel);
      if (to_float(y[place]) * a.scale[channel] + a.shift[channel] > 0) {
        visit(place, channel, to_float(da[offset(grid, i, j) + channel]));
      }
    }
  });
}

void activation_sums(const Activation& a, const Bf16* y, const Bf16* da, float* sums) {
  for_each_gradient(a, y, da, [&](int place, int channel, float dz) {
    sums[channel] += dz;
    sums[a.channels + channel] += dz * to_float(y[place]);
  });
}

void activation_gradient(const Activation& a, const NormGradient& norm, const Bf16* y,
                         const Bf16* da, Bf16* dy, const Grid& dy_positions) {
  const auto write = [&](int place, int channel, float dz) {
    const int position = place / a.channels;
    dy[offset(dy_positions, position / a.columns, position % a.columns) + channel] =
        to_bf16(dz * norm.dz_factor[channel] + to_float(y[place]) * norm.y_factor[channel] +
                norm.constant[channel]);
  };
  for (int place = 0; place < a.rows * a.columns * a.channels; ++place) {
    write(place, place % a.channels, 0);
  }
  for_each_gradient(a, y, da, write);
}

}  // namespace
}  // namespace plain

const Kernels& plain_kernels() {
  using namespace plain;
  static constexpr Kernels kPlain = {
      "plain",       pack,           convolve,        convolve_transposed,
      pair_inputs,   pair_gradients, weight_gradient, round,
      round_and_sum, activate,       activation_sums, activation_gradient,
      false};
  return kPlain;
}

}  // namespace mnist::bfloat16
