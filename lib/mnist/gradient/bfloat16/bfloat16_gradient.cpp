// Batch normalisation needs the statistics of the whole batch, so a step goes layer by layer: in
// each stage the threads claim chunks of the batch, and a stage ends when all chunks are done.
//
//   forward   read ink, convolve | normalise, ReLU, pool, convolve | … | … head and its gradient
//   backward  gradient of the last convolution's output, its weights, its input | … | the first's
//
// Each chunk stores its sums (statistics, losses, gradients of weights) separately; these are added
// in the chunks' order. So the number of threads changes no bit.
#include "mnist/gradient/bfloat16/bfloat16_gradient.h"

#include <algorithm>
#include <cmath>

#include <torch/utils.h>

#include "mnist/gradient/bfloat16/head.h"
#include "mnist/gradient/bfloat16/layers.h"

namespace mnist {
namespace {

using bfloat16::Bf16;
using bfloat16::Buffer;
using bfloat16::Convolution;
using bfloat16::ConvolutionLayer;
using bfloat16::Grid;
using bfloat16::Head;
using bfloat16::int_of;
using bfloat16::kChunk;
using bfloat16::kInputChannels;
using bfloat16::kLanes;
using bfloat16::Scratch;
using bfloat16::with_slack;

constexpr double kRunningMomentum = 0.1;  // torch::nn::BatchNorm2d's defaults
constexpr double kNormEpsilon = 1e-5;
constexpr int kSumPieces = 16;

// What one chunk adds up.
struct ChunkSums {
  Buffer<float> gradient;      // of all weights and linear biases
  Buffer<float> channel_sums;  // of the running stage: two per channel
  double loss = 0;
};

}  // namespace

bool Bfloat16Gradient::supports(const LayerList& layers, torch::Device device) {
  constexpr std::int64_t kMostParameters = 1 << 28;  // the kernels count in int
  return device.is_cpu() && parameter_count(layers) < kMostParameters && bfloat16::plan_of(layers);
}

bool Bfloat16Gradient::native() { return bfloat16::available_kernels().front()->native; }

class Bfloat16Gradient::Impl {
 public:
  Impl(const ClassifierImpl& network, int threads, const bfloat16::Kernels& kernels)
      : kernels_(kernels),
        plan_(bfloat16::plan_of(network.layers).value()),
        crew_(threads),
        layers_(bfloat16::convolution_layers_of(network, plan_)),
        head_(kernels, bfloat16::linear_layers_of(network, plan_, layers_.back()), plan_.dropout) {
    for (const ConvolutionLayer& layer : layers_) {
      weight_offsets_.push_back(head_offset_);
      head_offset_ += layer.weights();
    }
    constexpr int kWhole = kSumPieces * kLanes;
    gradient_size_ = (head_offset_ + head_.gradient_size() + kWhole - 1) / kWhole * kWhole;
    for (int i = 0; i < crew_.size(); ++i) {
      scratch_.push_back(bfloat16::make_scratch(layers_, head_.layers()));
    }
  }

  double compute(const Batch& batch, const LossOptions& options) {
    batch_ = &batch;
    loss_options_ = options;
    size_ = int_of(static_cast<std::int64_t>(batch.labels.size()));
    whole_size_ = batch.whole_size > 0 ? batch.whole_size : size_;
    chunks_ = (size_ + kChunk - 1) / kChunk;
    reserve();
    pack_weights();

    for (std::size_t l = 0; l < layers_.size(); ++l) {
      stage([&](int chunk, int worker) { forward(l, chunk, worker); }, layers_[l].out_channels);
      finish_statistics(layers_[l]);
    }
    stage([&](int chunk, int worker) { head(chunk, worker); }, layers_.back().out_channels);
    finish_norm_gradient(layers_.back());
    for (std::size_t l = layers_.size(); l-- > 0;) {
      const int channels = l > 0 ? layers_[l - 1].out_channels : 0;
      stage([&](int chunk, int worker) { backward(l, chunk, worker); }, channels);
      if (l > 0) finish_norm_gradient(layers_[l - 1]);
    }
    write_gradients();
    double loss = 0;
    for (int chunk = 0; chunk < chunks_; ++chunk) loss += sums_[chunk].loss;
    return loss;
  }

 private:
  // Pixels per side of one position of the first convolution.
  int pixels() const { return plan_.space_to_depth ? 2 : 1; }

  void reserve() {
    const auto size = static_cast<std::size_t>(size_);
    std::size_t da = 0;
    for (ConvolutionLayer& layer : layers_) {
      // Grown, never shrunk; the padding stays zero because nothing writes there.
      if (layer.in.size() < with_slack(size * layer.in_size())) {
        layer.in.assign(with_slack(size * layer.in_size()), 0);
        layer.y.assign(with_slack(size * layer.out_size()), 0);
      }
      da = std::max(da, size * layer.pooled_size());
    }
    for (Buffer<Bf16>& buffer : da_) {
      if (buffer.size() < with_slack(da)) buffer.assign(with_slack(da), 0);
    }
    while (static_cast<int>(sums_.size()) < std::max(1, chunks_)) {
      sums_.emplace_back();
      sums_.back().gradient.resize(gradient_size_);
    }
  }

  // Calls work(chunk, worker) for every chunk, each with 2 * channels sums set to 0.
  template <class Work>
  void stage(Work&& work, int channels) {
    crew_.run(chunks_, [&](int chunk, int worker) {
      sums_[chunk].channel_sums.assign(2 * channels, 0.0F);
      work(chunk, worker);
    });
    totals_.assign(2 * channels, 0.0);
    for (int chunk = 0; chunk < chunks_; ++chunk) {
      for (int i = 0; i < 2 * channels; ++i) totals_[i] += sums_[chunk].channel_sums[i];
    }
    if (batch_->sum_over_processes && channels > 0) batch_->sum_over_processes(totals_);
  }

  void pack_weights() {
    const int layers = static_cast<int>(layers_.size());
    const int linear = static_cast<int>(head_.layers().size());
    crew_.run(layers + linear, [&](int piece, int) {
      if (piece < layers) {
        layers_[piece].pack(kernels_, piece > 0);
      } else {
        head_.pack(piece - layers);
      }
    });
  }

  int images_of(int chunk) const { return std::min(kChunk, size_ - chunk * kChunk); }

  // The cropped, standardised image as the first convolution's padded input.
  void read_image(int image) {
    constexpr auto kScale = static_cast<float>(1 / kInkStd);
    constexpr auto kShift = static_cast<float>(-kInkMean / kInkStd);
    alignas(64) float ink[kDigitPixels];
    batch_->read_ink(image, ink);
    ConvolutionLayer& layer = layers_.front();
    Bf16* in = in_of(layer, image) + layer.in_begin();
    alignas(64) float values[kDigitPixels] = {};
    const int crop = plan_.crop;
    const Grid grid = layer.in_grid();
    for (int y = 0; y < grid.rows; ++y) {
      for (int x = 0; x < grid.columns; ++x) {
        for (int k = 0; k < layer.real_ins; ++k) {
          const int row = crop + pixels() * y + k / 2;
          const int column = crop + pixels() * x + k % 2;
          values[x * kInputChannels + k] = ink[row * kDigitSide + column] * kScale + kShift;
        }
      }
      const int count = grid.columns * kInputChannels;
      alignas(64) Bf16 rounded[kDigitPixels];
      kernels_.round(values, (count + kLanes - 1) / kLanes * kLanes, rounded);
      std::copy_n(rounded, count, in + y * grid.row_stride);
    }
  }

  Bf16* y_of(ConvolutionLayer& layer, int image) {
    return layer.y.data() + static_cast<std::size_t>(image) * layer.out_size();
  }
  Bf16* in_of(ConvolutionLayer& layer, int image) {
    return layer.in.data() + static_cast<std::size_t>(image) * layer.in_size();
  }
  // The gradient of the output of layer l's activation.
  Bf16* da_of(std::size_t l, int image) {
    return da_[l % 2].data() + static_cast<std::size_t>(image) * layers_[l].pooled_size();
  }

  void forward(std::size_t l, int chunk, int worker) {
    ConvolutionLayer& layer = layers_[l];
    Scratch& scratch = scratch_[worker];
    const Convolution convolution = layer.forward();
    for (int i = 0; i < images_of(chunk); ++i) {
      const int image = chunk * kChunk + i;
      if (l == 0) {
        read_image(image);
      } else {
        kernels_.activate(layers_[l - 1].activation(), y_of(layers_[l - 1], image),
                          in_of(layer, image) + layer.in_begin(), layer.in_grid());
      }
      kernels_.convolve(convolution, in_of(layer, image), layer.packed.data(), scratch.sums.data(),
                        layer.out_channels);
      kernels_.round_and_sum(scratch.sums.data(), layer.side * layer.side, layer.out_channels,
                             y_of(layer, image), sums_[chunk].channel_sums.data());
    }
  }

  double positions(const ConvolutionLayer& layer) const {
    return static_cast<double>(whole_size_) * layer.side * layer.side;
  }

  // From the batch's sums: mean and variance, the normalisation's scale and shift, the running
  // statistics.
  void finish_statistics(ConvolutionLayer& layer) {
    const double count = positions(layer);
    const auto* scale = layer.scale.data_ptr<float>();
    const auto* shift = layer.shift.data_ptr<float>();
    auto* running_mean = layer.running_mean.data_ptr<float>();
    auto* running_var = layer.running_var.data_ptr<float>();
    for (int c = 0; c < layer.out_channels; ++c) {
      const double mean = totals_[c] / count;
      const double variance = std::max(0.0, totals_[layer.out_channels + c] / count - mean * mean);
      const double inverse_std = 1 / std::sqrt(variance + kNormEpsilon);
      layer.mean[c] = mean;
      layer.inverse_std[c] = inverse_std;
      layer.y_scale[c] = static_cast<float>(scale[c] * inverse_std);
      layer.y_shift[c] = static_cast<float>(shift[c] - mean * scale[c] * inverse_std);
      const double unbiased = variance * count / std::max(1.0, count - 1);
      running_mean[c] += static_cast<float>(kRunningMomentum * (mean - running_mean[c]));
      running_var[c] += static_cast<float>(kRunningMomentum * (unbiased - running_var[c]));
    }
    *layer.batches.data_ptr<std::int64_t>() += 1;
  }

  // With s the scale, x the normalised y, and m() the mean over positions (Ioffe and Szegedy):
  //   dy = s / std * (dz - m(dz) - x * m(dz * x)), here as dz * a + y * b + c.
  void finish_norm_gradient(ConvolutionLayer& layer) {
    const double count = positions(layer);
    const auto* scale = layer.scale.data_ptr<float>();
    auto* scale_gradient = layer.scale.mutable_grad().data_ptr<float>();
    auto* shift_gradient = layer.shift.mutable_grad().data_ptr<float>();
    // With several processes each has its part, so the sum over them is the whole.
    const double part = static_cast<double>(size_) / static_cast<double>(whole_size_);
    for (int c = 0; c < layer.out_channels; ++c) {
      const double dz = totals_[c];
      const double dz_x =
          (totals_[layer.out_channels + c] - layer.mean[c] * dz) * layer.inverse_std[c];
      const double a = scale[c] * layer.inverse_std[c];
      const double b = -a * layer.inverse_std[c] * dz_x / count;
      layer.dz_factor[c] = static_cast<float>(a);
      layer.y_factor[c] = static_cast<float>(b);
      layer.constant[c] = static_cast<float>(-a * dz / count - b * layer.mean[c]);
      scale_gradient[c] = static_cast<float>(dz_x * part);
      shift_gradient[c] = static_cast<float>(dz * part);
    }
  }

  // From the last activation to the loss and back to the gradient of that activation.
  void head(int chunk, int worker) {
    const std::size_t l = layers_.size() - 1;
    ConvolutionLayer& last = layers_[l];
    Scratch& scratch = scratch_[worker];
    const int images = images_of(chunk);
    const int first = chunk * kChunk;
    const int features = head_.features();
    const Grid flat{last.out_side, last.out_side, last.out_side * last.out_channels,
                    last.out_channels};
    for (int i = 0; i < images; ++i) {
      kernels_.activate(last.activation(), y_of(last, first + i),
                        scratch.flat.data() + i * features, flat);
    }
    float* gradient = sums_[chunk].gradient.data();
    std::fill_n(gradient, gradient_size_, 0.0F);
    sums_[chunk].loss = head_.loss_and_gradient(
        {.labels = batch_->labels.subspan(first, images),
         .first_place = batch_->first_place + static_cast<std::uint64_t>(first),
         .dropout_seed = batch_->dropout_seed,
         .whole_size = whole_size_,
         .loss = loss_options_},
        scratch, gradient + head_offset_);
    kernels_.round(scratch.sums.data(), images * features, da_of(l, first));
    for (int i = 0; i < images; ++i) sum_activation(l, chunk, first + i);
  }

  void sum_activation(std::size_t l, int chunk, int image) {
    kernels_.activation_sums(layers_[l].activation(), y_of(layers_[l], image), da_of(l, image),
                             sums_[chunk].channel_sums.data());
  }

  void backward(std::size_t l, int chunk, int worker) {
    ConvolutionLayer& layer = layers_[l];
    Scratch& scratch = scratch_[worker];
    float* gradient = sums_[chunk].gradient.data() + weight_offsets_[l];
    const bfloat16::NormGradient norm{layer.dz_factor.data(), layer.y_factor.data(),
                                      layer.constant.data()};
    const Grid dy_grid = layer.dy_grid();
    Bf16* dy = scratch.dy[l].data();
    Bf16* dy_inner = dy + layer.dy_begin();
    bfloat16::PairedImages group{scratch.in_pairs.data(), scratch.out_pairs.data(), layer.in_size(),
                                 layer.out_pairs_size(), 0};
    for (int i = 0; i < images_of(chunk); ++i) {
      const int image = chunk * kChunk + i;
      kernels_.activation_gradient(layer.activation(), norm, y_of(layer, image), da_of(l, image),
                                   dy_inner, dy_grid);
      kernels_.pair_inputs(in_of(layer, image), layer.in_size(), layer.in_channels,
                           &scratch.in_pairs[group.images * group.in_stride]);
      kernels_.pair_gradients(dy_inner, dy_grid, layer.out_channels,
                              &scratch.out_pairs[group.images * group.out_stride]);
      if (++group.images == layer.group() || i + 1 == images_of(chunk)) {
        kernels_.weight_gradient(layer.forward(), group, gradient);
        group.images = 0;
      }
      if (l == 0) continue;
      gradient_of_input(layer, dy, scratch.sums.data(), da_of(l - 1, image));
      sum_activation(l - 1, chunk, image);
    }
  }

  // From an image's dy to the gradient of the previous layer's output; `sums` is scratch.
  void gradient_of_input(const ConvolutionLayer& layer, const Bf16* dy, float* sums, Bf16* da) {
    const Bf16* weights = layer.packed_backward.data();
    const Grid content = layer.in_grid();
    const int row = content.columns * layer.in_channels;
    if (layer.gathers_back()) {
      kernels_.convolve(layer.backward(), dy, weights, sums, layer.in_channels);
      kernels_.round(sums, content.rows * row, da);
      return;
    }
    std::fill_n(sums, layer.in_size(), 0.0F);
    kernels_.convolve_transposed(layer.backward(), dy + layer.dy_begin(), weights, sums);
    for (int y = 0; y < content.rows; ++y) {
      kernels_.round(sums + layer.in_begin() + y * content.row_stride, row, da + y * row);
    }
  }

  // Adds up the chunks' gradients and writes them to the network.
  void write_gradients() {
    crew_.run(kSumPieces, [&](int piece, int) {
      const int size = gradient_size_ / kSumPieces;
      float* sum = sums_.front().gradient.data() + piece * size;
      for (int chunk = 1; chunk < chunks_; ++chunk) {
        const float* part = sums_[chunk].gradient.data() + piece * size;
        for (int i = 0; i < size; ++i) sum[i] += part[i];
      }
    });
    float* gradient = sums_.front().gradient.data();
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const ConvolutionLayer& layer = layers_[l];
      layer.weight.grad()
          .permute({2, 3, 1, 0})
          .copy_(
              torch::from_blob(gradient + weight_offsets_[l],
                               {layer.kernel, layer.kernel, layer.in_channels, layer.out_channels})
                  .narrow(2, 0, layer.real_ins));
    }
    head_.write(gradient + head_offset_);
  }

  const bfloat16::Kernels& kernels_;
  const bfloat16::Plan plan_;
  Crew crew_;
  std::vector<ConvolutionLayer> layers_;
  Head head_;
  std::vector<int> weight_offsets_;  // of layers_, in ChunkSums::gradient
  int head_offset_ = 0;              // of head_'s gradients, behind these
  int gradient_size_ = 0;
  std::vector<Scratch> scratch_;  // one for each thread
  std::vector<ChunkSums> sums_;   // one for each chunk
  Buffer<Bf16> da_[2];            // of even and of odd layers: [batch][pooled_size]
  std::vector<double> totals_;    // of the last stage's channel_sums

  // The running step.
  const Batch* batch_ = nullptr;
  LossOptions loss_options_;
  int size_ = 0;
  std::int64_t whole_size_ = 0;
  int chunks_ = 0;
};

Bfloat16Gradient::Bfloat16Gradient(const ClassifierImpl& network, int threads,
                                   const bfloat16::Kernels& kernels)
    : impl_(std::make_unique<Impl>(network, threads, kernels)) {}

Bfloat16Gradient::~Bfloat16Gradient() = default;

double Bfloat16Gradient::compute(const Batch& batch, const LossOptions& options) {
  const torch::NoGradGuard no_grad;
  return impl_->compute(batch, options);
}

}  // namespace mnist
