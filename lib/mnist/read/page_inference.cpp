#include "mnist/read/page_inference.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <ATen/Parallel.h>
#include <torch/nn/options/batchnorm.h>
#include <torch/types.h>

#include "mnist/model/network_file.h"

namespace mnist::reading {
namespace {

static_assert(kCellPixels % kLanes == 0);  // neither what is seen nor the ink is padded
constexpr int kMostDilation = 2;
constexpr int kBefore = kMostDilation;  // see Convolution
constexpr int kAfter = 2 * kMostDilation;
constexpr std::int64_t kWorkOfThread = 1 << 20;  // multiplications: less is not worth waking one

int padded(std::int64_t channels) {
  return static_cast<int>((channels + kLanes - 1) / kLanes * kLanes);
}

// Cells with their channels, and zeros around them: kBefore cells above and left, kAfter below and
// right.
class Plane {
 public:
  Plane(int rows, int columns, int channels) {
    const auto row_stride = static_cast<std::int64_t>(kBefore + columns + kAfter) * channels;
    values_.reset(new float[static_cast<std::size_t>((kBefore + rows + kAfter) * row_stride)]);
    cells_ = {values_.get() + kBefore * (row_stride + channels), row_stride, channels};
    std::fill(values_.get(), cells_.at(0, 0), 0.0F);
    for (int y = 1; y < rows; ++y) std::fill(cells_.at(y - 1, columns), cells_.at(y, 0), 0.0F);
    std::fill(cells_.at(rows - 1, columns), cells_.at(rows + kAfter, -kBefore), 0.0F);
  }

  const Cells& cells() const { return cells_; }

 private:
  std::unique_ptr<float[]> values_;
  Cells cells_;
};

// Sums over a window of kContrastReach cells on both sides, in steps along a row or column.
class Window {
 public:
  explicit Window(int length) : length_(length) {}

  // Calls add(i) and remove(i) for what enters and leaves the window around `middle`, which grows
  // by one each time.
  template <class Add, class Remove>
  void move_to(int middle, Add add, Remove remove) {
    while (end_ < std::min(length_, middle + kContrastReach + 1)) add(end_++);
    while (begin_ < middle - kContrastReach) remove(begin_++);
  }
  int size() const { return end_ - begin_; }

 private:
  int length_;
  int begin_ = 0;
  int end_ = 0;
};

// Of bytes, so sums are exact.
struct Moments {
  std::uint32_t sum = 0;
  std::uint32_t squares = 0;

  void operator+=(const Moments& other) {
    sum += other.sum;
    squares += other.squares;
  }
  void operator-=(const Moments& other) {
    sum -= other.sum;
    squares -= other.squares;
  }
};

std::vector<Moments> moments_of(const cv::Mat1b& levels, int rows, int columns) {
  std::vector<Moments> moments(static_cast<std::size_t>(rows) * columns);
  for (int y = 0; y < rows * kPageCell; ++y) {
    const std::uint8_t* level = levels[y];
    Moments* cell = &moments[static_cast<std::size_t>(y / kPageCell) * columns];
    for (int x = 0; x < columns; ++x, ++cell) {
      for (int i = 0; i < kPageCell; ++i) {
        const std::uint32_t value = *level++;
        *cell += {value, value * value};
      }
    }
  }
  return moments;
}

// The pixels of a cell become its channels, with local contrast.
void see(const cv::Mat1b& levels, int rows, int columns, const Cells& cells) {
  const std::vector<Moments> moments = moments_of(levels, rows, columns);
  std::vector<Moments> below(static_cast<std::size_t>(columns));  // sums over the window's rows
  Window vertical(rows);
  for (int row = 0; row < rows; ++row) {
    const auto each_column = [&](int y, auto change) {
      const Moments* of_row = &moments[static_cast<std::size_t>(y) * columns];
      for (int x = 0; x < columns; ++x) change(below[static_cast<std::size_t>(x)], of_row[x]);
    };
    vertical.move_to(
        row, [&](int y) { each_column(y, [](Moments& to, const Moments& from) { to += from; }); },
        [&](int y) { each_column(y, [](Moments& to, const Moments& from) { to -= from; }); });
    Window horizontal(columns);
    Moments around;
    for (int column = 0; column < columns; ++column) {
      horizontal.move_to(
          column, [&](int x) { around += below[static_cast<std::size_t>(x)]; },
          [&](int x) { around -= below[static_cast<std::size_t>(x)]; });
      const double pixels = static_cast<double>(kCellPixels) * vertical.size() * horizontal.size();
      const double mean = around.sum / pixels / 255;
      const double square = around.squares / pixels / (255.0 * 255.0);
      const double contrast = std::sqrt(std::max(0.0, square - mean * mean)) + kLeastContrast;
      const auto factor = static_cast<float>(1 / (255 * contrast));
      const auto offset = static_cast<float>(-mean / contrast);
      float* to = cells.at(row, column);
      for (int y = 0; y < kPageCell; ++y) {
        const std::uint8_t* from = levels[row * kPageCell + y] + column * kPageCell;
        for (int x = 0; x < kPageCell; ++x) *to++ = offset + factor * static_cast<float>(from[x]);
      }
    }
  }
}

using State = std::map<std::string, torch::Tensor>;

std::vector<float> values_of(const State& state, const std::string& name) {
  const torch::Tensor values =
      state.at(name).detach().to(torch::kCPU, torch::kFloat32).contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

// What a convolution's output is multiplied by, and what is added to it.
struct Affine {
  std::vector<float> factors;
  std::vector<float> offsets;
};

Affine affine_of(const PageNetLayer& layer, const State& state) {
  if (layer.norm.empty()) {
    return {std::vector<float>(static_cast<std::size_t>(layer.outs), 1.0F),
            values_of(state, layer.name + ".bias")};
  }
  Affine result{values_of(state, layer.norm + ".weight"), values_of(state, layer.norm + ".bias")};
  const std::vector<float> means = values_of(state, layer.norm + ".running_mean");
  const std::vector<float> variances = values_of(state, layer.norm + ".running_var");
  const double epsilon = torch::nn::BatchNormOptions(layer.outs).eps();
  for (std::size_t o = 0; o < means.size(); ++o) {
    result.factors[o] = static_cast<float>(result.factors[o] / std::sqrt(variances[o] + epsilon));
    result.offsets[o] -= means[o] * result.factors[o];
  }
  return result;
}

// Torch's weights [out][in][tap], multiplied by the outputs' factors and padded with zeros.
class Weights {
 public:
  Weights(const PageNetLayer& layer, std::vector<float> values, std::vector<float> factors)
      : layer_(layer), values_(std::move(values)), factors_(std::move(factors)) {}

  float at(int out, int in, int tap) const {
    if (out >= layer_.outs || in >= layer_.ins) return 0;
    const std::int64_t taps = layer_.kernel * layer_.kernel;
    return factors_[static_cast<std::size_t>(out)] *
           values_[static_cast<std::size_t>((out * layer_.ins + in) * taps + tap)];
  }

 private:
  const PageNetLayer& layer_;
  std::vector<float> values_;
  std::vector<float> factors_;
};

// Calls each(out, in) in the order in which the kernels read the weights of one plane or point.
template <class Each>
void in_blocks(const FoldedLayer& layer, int block, Each each) {
  for (int first = 0; first < layer.outs; first += block) {
    const int end = std::min(first + block, layer.outs);
    for (int in = 0; in < layer.planes * layer.ins; ++in) {
      for (int out = first; out < end; ++out) each(out, in);
    }
  }
}

FoldedLayer folded(const PageNetLayer& layer, const State& state, int block) {
  // The hidden layer of the ink sees two planes, the last and the first.
  const int planes = layer.name == "ink_hidden" ? 2 : 1;
  const int plane_ins = static_cast<int>(layer.ins) / planes;
  Affine affine = affine_of(layer, state);
  const Weights weights(layer, values_of(state, layer.name + ".weight"), affine.factors);
  FoldedLayer result{.ins = padded(plane_ins), .outs = padded(layer.outs), .planes = planes};
  result.bias = std::move(affine.offsets);
  result.bias.resize(static_cast<std::size_t>(result.outs));
  const int count = planes * result.ins * result.outs;
  if (layer.kernel == 1) {
    result.weights.reserve(static_cast<std::size_t>(count));
    in_blocks(result, block, [&](int out, int in) {
      const int in_plane = in % result.ins;
      const int torch_in = in / result.ins * plane_ins + in_plane;
      result.weights.push_back(in_plane < plane_ins ? weights.at(out, torch_in, 0) : 0.0F);
    });
    return result;
  }
  result.weights.resize(static_cast<std::size_t>(kPoints) * count);
  std::size_t index = 0;
  in_blocks(result, block, [&](int out, int in) {
    std::array<float, 9> taps{};
    for (int tap = 0; tap < 9; ++tap)
      taps[static_cast<std::size_t>(tap)] = weights.at(out, in, tap);
    const std::array<float, kPoints> points = transformed(taps);
    for (std::size_t p = 0; p < kPoints; ++p) result.weights[p * count + index] = points[p];
    ++index;
  });
  return result;
}

// Calls work(first, end) for parts of `count` strips that each take `work_of_one` multiplications.
template <class Work>
void share_out(int count, std::int64_t work_of_one, Work work) {
  at::parallel_for(0, count, std::max<std::int64_t>(1, kWorkOfThread / work_of_one),
                   [&](std::int64_t first, std::int64_t end) {
                     work(static_cast<int>(first), static_cast<int>(end));
                   });
}

// What is computed on one level.
class Pass {
 public:
  Pass(const Kernels& kernels, int rows, int columns)
      : kernels_(kernels), rows_(rows), columns_(columns) {}

  // Normalisation, the residual if there is one, and ReLU included.
  void convolve(const FoldedLayer& layer, const Plane& in, int dilation, Plane& out,
                const Plane* residual = nullptr) const {
    const Convolution convolution{
        .in = in.cells(),
        .dilation = dilation,
        .in_channels = layer.ins,
        .out_channels = layer.outs,
        .weights = layer.weights.data(),
        .finish = {.bias = layer.bias.data(),
                   .residual = residual == nullptr ? Cells{} : residual->cells(),
                   .relu = true},
        .out = out.cells(),
        .rows = rows_,
        .columns = columns_};
    const int strip = 2 * dilation;
    const std::int64_t work_of_strip =
        static_cast<std::int64_t>(strip) * columns_ * layer.ins * layer.outs * 4;
    share_out((rows_ + strip - 1) / strip, work_of_strip, [&](int first, int end) {
      const std::unique_ptr<float[]> scratch(
          new float[static_cast<std::size_t>(kPoints) * kTiles * (layer.ins + layer.outs)]);
      kernels_.convolve(convolution, first, end, scratch.get());
    });
  }

  void multiply(const FoldedLayer& layer, std::initializer_list<const Plane*> planes,
                const Cells& out, bool relu) const {
    Product product{.planes = layer.planes,
                    .in_channels = layer.ins,
                    .out_channels = layer.outs,
                    .weights = layer.weights.data(),
                    .finish = {.bias = layer.bias.data(), .relu = relu},
                    .out = out,
                    .columns = columns_};
    std::transform(planes.begin(), planes.end(), product.ins,
                   [](const Plane* plane) { return plane->cells(); });
    share_out(rows_, static_cast<std::int64_t>(columns_) * layer.ins * layer.outs,
              [&](int first, int end) { kernels_.multiply(product, first, end); });
  }

  // The same into rows without anything around them.
  std::unique_ptr<float[]> multiply(const FoldedLayer& layer, const Plane& plane) const {
    const std::int64_t row_stride = static_cast<std::int64_t>(columns_) * layer.outs;
    std::unique_ptr<float[]> values(new float[static_cast<std::size_t>(rows_ * row_stride)]);
    multiply(layer, {&plane}, {values.get(), row_stride, layer.outs}, false);
    return values;
  }

 private:
  const Kernels& kernels_;
  int rows_;
  int columns_;
};

}  // namespace

PageInference::PageInference(const PageNetOptions& options, const torch::nn::Module& network,
                             const Kernels& kernels)
    : kernels_(kernels) {
  const State state = state_of(network);
  for (const PageNetLayer& layer : convolution_layers(options)) {
    layers_.push_back(folded(layer, state, kernels.block));
  }
}

SeenLevel PageInference::look(Level level) const {
  SeenLevel seen{.level = std::move(level)};
  seen.rows = seen.level.levels.rows / kPageCell;
  seen.columns = seen.level.levels.cols / kPageCell;
  const Pass pass(kernels_, seen.rows, seen.columns);
  auto layer = layers_.begin();
  const FoldedLayer& stem = *layer++;
  const auto maps = layers_.end() - 3;
  const FoldedLayer& ink_hidden = maps[1];

  const auto plane = [&](int channels) { return Plane(seen.rows, seen.columns, channels); };

  Plane pixels = plane(kCellPixels);
  see(seen.level.levels, seen.rows, seen.columns, pixels.cells());
  Plane detail = plane(stem.outs);
  pass.convolve(stem, pixels, 1, detail);

  Plane inner = plane(stem.outs);
  Plane x = plane(stem.outs);
  for (const Plane* before = &detail; layer < maps; before = &x) {
    pass.convolve(*layer++, *before, 1, inner);
    pass.convolve(*layer++, inner, kMostDilation, x, before);
  }

  seen.stride = static_cast<std::size_t>(maps->outs);
  seen.maps = pass.multiply(*maps, x);
  Plane hidden = plane(ink_hidden.outs);
  pass.multiply(ink_hidden, {&x, &detail}, hidden.cells(), true);
  seen.ink = pass.multiply(maps[2], hidden);
  return seen;
}

}  // namespace mnist::reading
