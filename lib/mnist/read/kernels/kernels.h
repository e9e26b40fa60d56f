// Convolutions in float32 for reading with the page network. Internal to lib/mnist/read.
//
// Those of 3x3 are computed by Winograd's minimal filtering, F(2x2, 3x3), with 16 multiplications
// for four outputs instead of 36: Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2015 (arXiv:1509.09308). If it is dilated by d, every d-th row and column is a
// convolution of its own.
//
// Layout: channels innermost, a multiple of kLanes. Strides are in floats.
//
// The kernels exist once per instruction set (kernels_<set>.cpp) and are chosen at run time. The
// same call gives the same bits, however rows are shared out; other instruction sets may round
// differently. Thread-safe for distinct outputs.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace mnist::reading {

inline constexpr int kLanes = 16;
inline constexpr int kMostPlanes = 2;
// Of a tile, the 4x4 inputs that 2x2 outputs see, once transformed.
inline constexpr int kPoints = 16;
inline constexpr int kTiles = 48;  // at a time: few enough to stay in the cache

// Where a plane's cells lie.
struct Cells {
  float* first = nullptr;  // of cell (0, 0)
  std::int64_t row_stride = 0;
  std::int64_t column_stride = 0;

  [[gnu::always_inline]] float* at(int y, int x) const {
    return first + y * row_stride + x * column_stride;
  }
};

// What an output is besides a sum of products.
struct Finish {
  const float* bias = nullptr;  // [out_channels]
  Cells residual{};             // added, unless its `first` is null; may be `out`
  bool relu = false;
};

// out(y, x)[o] = finish(sum over planes p and i of ins[p](y, x)[i] * weights[p][i][o]).
struct Product {
  Cells ins[kMostPlanes] = {};  // alike
  int planes = 1;
  int in_channels = 0;
  int out_channels = 0;
  const float* weights = nullptr;  // see Kernels::block
  Finish finish{};
  Cells out{};
  int columns = 0;
};

// out(y, x)[o] = finish(sum over -1 <= v, u <= 1 and i of in(y + v * dilation, x + u * dilation)[i]
// * weights[v][u][i][o]). Around `in` there are cells of zeros: `dilation` of them above and left,
// twice as many below and right.
struct Convolution {
  Cells in{};
  int dilation = 1;
  int in_channels = 0;
  int out_channels = 0;
  const float* weights = nullptr;  // [point][as in a Product], see transformed()
  Finish finish{};
  Cells out{};
  int rows = 0;
  int columns = 0;
};

// G g G^T: the weights g[v][u] of one input and output at the points.
std::array<float, kPoints> transformed(const std::array<float, 9>& weights);

struct Kernels {
  const char* name;  // of the instruction set
  // Weights are [block of outputs][plane][input][output in the block]. A block has so many outputs;
  // the last may have fewer.
  int block;
  // Rows first_row up to, but not including, end_row.
  void (*multiply)(const Product& product, int first_row, int end_row);
  // Those rows that exist of first_strip * 2 * dilation up to end_strip * 2 * dilation. `scratch`:
  // kPoints * kTiles * (in_channels + out_channels) floats.
  void (*convolve)(const Convolution& convolution, int first_strip, int end_strip, float* scratch);
};

// The kernels that this processor can run, the fastest first, the portable ones last.
std::vector<const Kernels*> available_kernels();

}  // namespace mnist::reading
