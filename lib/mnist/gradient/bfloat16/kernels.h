// What a step of training is made of, in bfloat16: convolutions and their gradients, batch
// normalisation, pooling.
//
// Activations, weights and gradients of activations are bfloat16 (the upper half of a float32);
// every sum is float32. Two products at a time are added to a float32 lane, which is one
// instruction (vdpbf16ps) on processors with AVX512-BF16 and two multiply-adds elsewhere.
// Kalamkar et al., "A Study of BFLOAT16 for Deep Learning Training", 2019 (arXiv:1905.12322).
//
// Layout: channels innermost. Channel counts are multiples of kLanes, except the inputs of a
// convolution, which only need to be multiples of 4. All strides are in elements.
//
// The kernels exist once per instruction set (kernels_<set>.cpp) and are chosen at run time. The
// same call gives the same bits; other instruction sets may round differently. Thread-safe for
// distinct outputs. Internal to lib/mnist/gradient.
#pragma once

#include <cstdint>
#include <vector>

namespace mnist::bfloat16 {

using Bf16 = std::uint16_t;

inline constexpr int kLanes = 16;  // floats in a vector
inline constexpr int kTile = 32;   // outputs that share a tile of packed weights

// A grid of positions, each with its channels.
struct Grid {
  int rows;
  int columns;
  int row_stride;
  int column_stride;
};

// out(y, x)[o] = sum over taps (ky, kx) and i of in(y, x)[(ky, kx)][i] * weight[o][i][(ky, kx)].
// A linear layer is one too: its positions are images, its taps the positions of one image.
struct Convolution {
  int in_channels;
  int out_channels;
  Grid positions;  // of the inputs under the first tap; the output has one row after the other
  Grid taps;
  int border = 0;  // rows of zeros above and below `in`: nothing is multiplied there
};

// Inputs and gradients of several images as pairs of neighbouring columns, each with a stride from
// one image to the next.
struct PairedImages {
  const std::uint32_t* in;
  const std::uint32_t* out_gradient;
  int in_stride;
  int out_stride;
  int images;
};

// Float32 weights wherever they lie.
struct WeightView {
  const float* data;
  int outs;  // those beyond are padded with zeros
  int ins;
  int taps;
  int out_stride;
  int in_stride;
  int tap_stride;
  bool reverse_taps;
};

// Number of elements that pack() writes for `outs` outputs (rounded up to kLanes).
constexpr int packed_size(int outs, int ins, int taps) {
  return (outs + kLanes - 1) / kLanes * kLanes * ins * taps;
}

// One image's activation between a convolution and the next.
struct Activation {
  int rows;  // of the convolution's output
  int columns;
  int channels;
  bool pool;           // 2x2 max-pooling after the ReLU; what does not fill a window is dropped
  const float* scale;  // per channel: ReLU(y * scale + shift)
  const float* shift;
};

// dy = dz * dz_factor + y * y_factor + constant, per channel.
struct NormGradient {
  const float* dz_factor;
  const float* y_factor;
  const float* constant;
};

struct Kernels {
  const char* name;  // of the instruction set

  void (*pack)(const WeightView& weights, Bf16* packed);

  // out[position * out_stride + channel]; `weights` as packed.
  void (*convolve)(const Convolution& convolution, const Bf16* in, const Bf16* weights, float* out,
                   int out_stride);

  // The backward pass if convolve would multiply mostly a border of zeros: one tap after the other
  // adds to what it reaches. out(y + ky, x + kx)[i] += sum over o of in(y, x)[o] *
  // weight[i][o][(ky, kx)], where in_channels counts o, out_channels i, and the strides of `taps`
  // are those of `out`.
  void (*convolve_transposed)(const Convolution& convolution, const Bf16* in, const Bf16* weights,
                              float* out);

  // Each of `size` values with the one `column_stride` behind it.
  void (*pair_inputs)(const Bf16* in, int size, int column_stride, std::uint32_t* pairs);
  // Of `positions`, columns 0 and 1, 2 and 3, …; an odd number must be followed by a column of
  // zeros.
  void (*pair_gradients)(const Bf16* out_gradient, const Grid& positions, int channels,
                         std::uint32_t* pairs);
  // gradient[tap][in][out] += in^T * out_gradient, added up over the images in their order.
  void (*weight_gradient)(const Convolution& convolution, const PairedImages& images,
                          float* gradient);

  // Rounds `count` positions to bfloat16.
  void (*round)(const float* in, int count, Bf16* out);
  // The same; adds each channel's sum and sum of squares (of the rounded values) to sums[0 …
  // channels) and sums[channels … 2 * channels).
  void (*round_and_sum)(const float* in, int positions, int channels, Bf16* out, float* sums);

  // Normalised, ReLU, pooled: to the positions of `out_positions`.
  void (*activate)(const Activation& activation, const Bf16* y, Bf16* out,
                   const Grid& out_positions);
  // With dz the gradient before the ReLU (da: of what activate() wrote, packed densely): adds the
  // sum over positions of dz to sums[0 … channels), of dz * y to sums[channels … 2 * channels).
  void (*activation_sums)(const Activation& activation, const Bf16* y, const Bf16* da, float* sums);
  // The gradient of y, to the positions of `dy_positions`.
  void (*activation_gradient)(const Activation& activation, const NormGradient& norm, const Bf16* y,
                              const Bf16* da, Bf16* dy, const Grid& dy_positions);

  bool native;  // whether the processor multiplies bfloat16 natively
};

// The kernels that this processor can run, the fastest first, the portable ones last.
std::vector<const Kernels*> available_kernels();

// The same without vectors and tiles (kernels_plain.cpp), many times slower: for tests to compare
// with.
const Kernels& plain_kernels();

}  // namespace mnist::bfloat16
