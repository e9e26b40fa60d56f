// Batch normalisation needs the statistics of the whole batch, so a step goes layer by layer: in
// each stage the threads claim chunks of the batch, and a stage ends when all chunks are done.
//
//   forward   read ink, convolve | normalise, ReLU, pool, convolve | … | … head and its gradient
//   backward  gradient of the last convolution's output, its weights, its input | … | the first's
//
// A chunk leaves its sums (statistics, losses, gradients of weights) in a place of its own; these
// are added in the chunks' order. So the number of threads changes no bit.
#include "mnist/gradient/bfloat16/bfloat16_gradient.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "mnist/base/random.h"

namespace mnist {
namespace {

using bfloat16::Activation;
using bfloat16::Bf16;
using bfloat16::Convolution;
using bfloat16::Grid;
using bfloat16::kLanes;
using bfloat16::packed_size;

// Few enough that clearing and adding up the gradients matters little, many enough to share out.
constexpr int kChunk = 32;

// Of the first convolution: 2x2 pixels with space-to-depth, else one and three of zeros.
constexpr int kInputChannels = 4;
constexpr int kLogits = kLanes;           // classes padded to a vector
constexpr double kRunningMomentum = 0.1;  // torch::nn::BatchNorm2d's defaults
constexpr double kNormEpsilon = 1e-5;
constexpr int kSumPieces = 16;

// Kernels read and write whole vectors, and pair_inputs a column past the end.
std::size_t with_slack(std::size_t size) { return size + 4096; }

template <class T>
using Buffer = std::vector<T>;  // zeroed

// A convolution with its normalisation and activation: shapes, and what a step leaves there.
struct Layer {
  int kernel;
  int border;       // pixels of zeros all around the input: the padding
  int side;         // of the convolution's output
  int in_channels;  // in memory
  int real_ins;     // of the network
  int out_channels;
  bool pool;
  int out_side;  // behind the pooling

  // The network's tensors.
  torch::Tensor weight, scale, shift, running_mean, running_var, batches;

  int taps() const { return kernel * kernel; }
  int weights() const { return taps() * in_channels * out_channels; }
  int out_size() const { return side * side * out_channels; }
  int pooled_size() const { return out_side * out_side * out_channels; }

  // The input in memory, with its border; where its content begins, and how that lies there.
  int in_side() const { return side + kernel - 1; }
  int in_size() const { return in_side() * in_side() * in_channels; }
  int in_begin() const { return border * (in_side() + 1) * in_channels; }
  Grid in_grid() const { return grid(in_side() - 2 * border, in_side(), in_channels); }

  // The same of the output's gradient, whose border makes the way back a convolution too.
  int dy_border() const { return kernel - 1 - border; }
  int dy_side() const { return side + 2 * dy_border(); }
  int dy_size() const { return dy_side() * dy_side() * out_channels; }
  int dy_begin() const { return dy_border() * (dy_side() + 1) * out_channels; }
  Grid dy_grid() const { return grid(side, dy_side(), out_channels); }

  Convolution forward() const {
    return {in_channels, out_channels, grid(side, in_side(), in_channels),
            grid(kernel, in_side(), in_channels), border};
  }
  // To the input's gradient: without its border, by gathering, or with it, by adding each output's
  // share. Gathering multiplies the zeros of dy's border too, which are few where that is narrow.
  bool gathers_back() const { return dy_border() == 1; }
  Convolution backward() const {
    if (!gathers_back()) {
      return {out_channels, in_channels, dy_grid(), grid(kernel, in_side(), in_channels)};
    }
    return {out_channels, in_channels, grid(in_grid().rows, dy_side(), out_channels),
            grid(kernel, dy_side(), out_channels), dy_border()};
  }
  // How many images' gradients to gather before they go into the weights': of a small image alone
  // there is less to add up than to load and store.
  int group() const {
    constexpr int kPairs = 64;
    return std::clamp(kPairs / out_pairs_of_image(), 1, kChunk);
  }
  int out_pairs_of_image() const { return side * ((side + 1) / 2); }
  int out_pairs_size() const { return out_pairs_of_image() * out_channels; }

  // `rows` x `rows` positions of an image of side `whole`.
  static Grid grid(int rows, int whole, int channels) {
    return {rows, rows, whole * channels, channels};
  }

  Buffer<Bf16> packed, packed_backward;
  Buffer<Bf16> in;  // [batch][in_size]
  Buffer<Bf16> y;   // [batch][out_size], before normalisation
  // Per channel: the normalisation as a scale and a shift, and its gradient.
  Buffer<float> y_scale, y_shift, dz_factor, y_factor, constant;
  Buffer<double> mean, inverse_std;

  Activation activation() const {
    return {side, side, out_channels, pool, y_scale.data(), y_shift.data()};
  }
};

// A linear layer whose positions are the images of a chunk.
struct LinearLayer {
  int ins;   // channels of a tap
  int taps;  // positions of one image that it reads; 1 for plain vectors
  int outs;  // classes: padded
  int real_outs;
  torch::Tensor weight, bias;

  int features() const { return ins * taps; }
  int weights() const { return features() * outs; }
  Convolution forward(int images) const {
    return {ins, outs, {1, images, 0, features()}, {1, taps, 0, ins}};
  }
  // Back to one tap's inputs.
  Convolution backward(int images) const { return {outs, ins, {1, images, 0, outs}, {1, 1, 0, 0}}; }
  Buffer<Bf16> packed;
  Buffer<Bf16> packed_backward;  // [tap]
  Buffer<float> bias_copy;
};

// What one thread works in.
struct Scratch {
  Buffer<float> sums;    // one image's convolution, or a chunk's linear layer
  Buffer<Bf16> flat;     // [chunk][features] behind the last block
  Buffer<Bf16> hidden;   // [chunk][hidden]
  Buffer<Bf16> rounded;  // gradients of the logits, then of the hidden layer: [chunk][…]
  Buffer<float> logits;
  std::vector<Buffer<Bf16>> dy;  // per layer, one padded image
  Buffer<std::uint32_t> in_pairs, out_pairs;
};

// What one chunk adds up.
struct ChunkSums {
  Buffer<float> gradient;      // of all weights and linear biases
  Buffer<float> channel_sums;  // of the running stage: two per channel
  double loss = 0;
};

int int_of(std::int64_t value) { return static_cast<int>(value); }

}  // namespace

bool Bfloat16Gradient::supports(const ConvNetOptions& options, torch::Device device) {
  const auto whole = [](std::int64_t channels) { return channels % kLanes == 0; };
  constexpr std::int64_t kMostParameters = 1 << 28;  // the kernels count in int
  return device.is_cpu() && options.batch_norm && parameter_count(options) < kMostParameters &&
         whole(options.hidden) &&
         std::all_of(options.channels.begin(), options.channels.end(), whole);
}

bool Bfloat16Gradient::native() { return bfloat16::available_kernels().front()->native; }

class Bfloat16Gradient::Impl {
 public:
  Impl(const ConvNetImpl& network, int threads, const bfloat16::Kernels& kernels)
      : kernels_(kernels), options_(network.options), crew_(threads) {
    make_layers(network);
    make_linear(network);
    int offset = 0;
    for (const Layer& layer : layers_) {
      weight_offsets_.push_back(offset);
      offset += layer.weights();
    }
    for (const LinearLayer& linear : linear_) {
      weight_offsets_.push_back(offset);
      bias_offsets_.push_back(offset + linear.weights());
      offset += linear.weights() + linear.outs;
    }
    gradient_size_ =
        (offset + kSumPieces * kLanes - 1) / (kSumPieces * kLanes) * (kSumPieces * kLanes);
    for (int i = 0; i < crew_.size(); ++i) scratch_.push_back(make_scratch());
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
  // On a side of what the first convolution takes as one position.
  int pixels() const { return options_.space_to_depth ? 2 : 1; }

  void make_layers(const ConvNetImpl& network) {
    const auto parameters = network.named_parameters();
    const auto buffers = network.named_buffers();
    for (const ConvolutionLayer& planned : convolution_layers(options_)) {
      Layer layer{};
      layer.kernel = int_of(options_.kernel);
      layer.border = options_.padding ? layer.kernel / 2 : 0;
      layer.side = int_of(planned.side);
      layer.real_ins = int_of(planned.in_channels);
      layer.in_channels = std::max(layer.real_ins, kInputChannels);
      layer.out_channels = int_of(planned.out_channels);
      layer.pool = planned.pooled;
      layer.out_side = int_of(planned.pooled_side());
      layer.weight = parameters["conv" + planned.number + ".weight"];
      layer.scale = parameters["norm" + planned.number + ".weight"];
      layer.shift = parameters["norm" + planned.number + ".bias"];
      layer.running_mean = buffers["norm" + planned.number + ".running_mean"];
      layer.running_var = buffers["norm" + planned.number + ".running_var"];
      layer.batches = buffers["norm" + planned.number + ".num_batches_tracked"];
      layer.packed.resize(packed_size(layer.out_channels, layer.in_channels, layer.taps()));
      if (!layers_.empty()) {
        layer.packed_backward.resize(packed_size(layer.real_ins, layer.out_channels, layer.taps()));
      }
      for (auto* values :
           {&layer.y_scale, &layer.y_shift, &layer.dz_factor, &layer.y_factor, &layer.constant}) {
        values->resize(layer.out_channels);
      }
      layer.mean.resize(layer.out_channels);
      layer.inverse_std.resize(layer.out_channels);
      layers_.push_back(std::move(layer));
    }
  }

  void make_linear(const ConvNetImpl& network) {
    const auto parameters = network.named_parameters();
    const Layer& last = layers_.back();
    int ins = last.out_channels;
    int taps = last.out_side * last.out_side;
    const auto add = [&](const std::string& name, int outs) {
      LinearLayer layer{};
      layer.ins = ins;
      layer.taps = taps;
      layer.real_outs = outs;
      layer.outs = (outs + kLanes - 1) / kLanes * kLanes;
      layer.weight = parameters[name + ".weight"];
      layer.bias = parameters[name + ".bias"];
      layer.packed.resize(packed_size(outs, ins, taps));
      layer.packed_backward.resize(static_cast<std::size_t>(taps) *
                                   packed_size(ins, layer.outs, 1));
      layer.bias_copy.resize(layer.outs);
      linear_.push_back(std::move(layer));
      ins = outs;
      taps = 1;
    };
    if (options_.hidden > 0) add("hidden", int_of(options_.hidden));
    add("output", kClasses);
  }

  Scratch make_scratch() const {
    Scratch scratch;
    const LinearLayer& first = linear_.front();
    std::size_t sums = static_cast<std::size_t>(kChunk) * std::max(first.features(), first.outs);
    std::size_t in_pairs = static_cast<std::size_t>(kChunk + 1) *
                           std::max(first.features(), linear_.back().features());
    std::size_t out_pairs = static_cast<std::size_t>(kChunk) * first.outs;
    for (const Layer& layer : layers_) {
      // Of the way there and of the way back.
      sums = std::max<std::size_t>({sums, static_cast<std::size_t>(layer.out_size()),
                                    static_cast<std::size_t>(layer.in_size())});
      const auto group = static_cast<std::size_t>(layer.group());
      in_pairs = std::max(in_pairs, group * layer.in_size());
      out_pairs = std::max(out_pairs, group * layer.out_pairs_size());
      scratch.dy.emplace_back(with_slack(layer.dy_size()));
    }
    scratch.sums.resize(with_slack(sums));
    scratch.in_pairs.resize(with_slack(in_pairs));
    scratch.out_pairs.resize(with_slack(out_pairs));
    const std::size_t rows = kChunk + 2;  // a row of zeros behind an odd number of images
    scratch.flat.resize(with_slack(rows * first.features()));
    scratch.hidden.resize(with_slack(rows * first.outs));
    scratch.rounded.resize(with_slack(rows * std::max(first.outs, kLogits)));
    scratch.logits.resize(with_slack(rows * kLogits));
    return scratch;
  }

  void reserve() {
    const auto size = static_cast<std::size_t>(size_);
    std::size_t da = 0;
    for (Layer& layer : layers_) {
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
    crew_.run(layers + static_cast<int>(linear_.size()), [&](int piece, int) {
      if (piece < layers) {
        pack_convolution(layers_[piece], piece > 0);
        return;
      }
      LinearLayer& l = linear_[piece - layers];
      // In memory [out][in][tap]: Torch flattens channels first.
      const float* data = l.weight.data_ptr<float>();
      kernels_.pack({data, l.real_outs, l.ins, l.taps, l.features(), l.taps, 1, false},
                    l.packed.data());
      for (int tap = 0; tap < l.taps; ++tap) pack_backward(l, tap);
      std::copy_n(l.bias.data_ptr<float>(), l.real_outs, l.bias_copy.begin());
    });
  }

  void pack_convolution(Layer& l, bool has_backward) {
    // In memory [out][ky][kx][in]: channels last (model/convnet.cpp).
    bfloat16::WeightView weights{l.weight.data_ptr<float>(),
                                 l.out_channels,
                                 l.in_channels,
                                 l.taps(),
                                 int_of(l.weight.stride(0)),
                                 int_of(l.weight.stride(1)),
                                 int_of(l.weight.stride(3)),
                                 false};
    std::vector<float> padded;
    if (l.real_ins < l.in_channels) {
      padded.resize(l.weights());
      for (int i = 0; i < l.out_channels * l.taps(); ++i) {
        std::copy_n(weights.data + i * l.real_ins, l.real_ins, &padded[i * l.in_channels]);
      }
      weights.data = padded.data();
      weights.out_stride = l.taps() * l.in_channels;
      weights.in_stride = 1;
      weights.tap_stride = l.in_channels;
    }
    kernels_.pack(weights, l.packed.data());
    if (!has_backward) return;
    std::swap(weights.outs, weights.ins);
    std::swap(weights.out_stride, weights.in_stride);
    weights.reverse_taps = l.gathers_back();
    kernels_.pack(weights, l.packed_backward.data());
  }

  // The weights from all outputs to one tap's inputs. The outputs' padding multiplies gradients of
  // 0, but must be there: the classes' come from a padded copy.
  void pack_backward(LinearLayer& l, int tap) {
    Bf16* packed =
        l.packed_backward.data() + static_cast<std::size_t>(tap) * packed_size(l.ins, l.outs, 1);
    const float* data = l.weight.data_ptr<float>();
    if (l.outs == l.real_outs) {
      kernels_.pack({data + tap, l.ins, l.outs, 1, l.taps, l.features(), 0, false}, packed);
      return;
    }
    std::vector<float> padded(static_cast<std::size_t>(l.outs) * l.ins);
    for (int out = 0; out < l.real_outs; ++out) {
      for (int in = 0; in < l.ins; ++in) {
        padded[out * l.ins + in] = data[out * l.features() + in * l.taps + tap];
      }
    }
    kernels_.pack({padded.data(), l.ins, l.outs, 1, 1, l.ins, 0, false}, packed);
  }

  int images_of(int chunk) const { return std::min(kChunk, size_ - chunk * kChunk); }

  // The cropped, standardised image as the first convolution's padded input.
  void read_image(int image) {
    constexpr auto kScale = static_cast<float>(1 / kInkStd);
    constexpr auto kShift = static_cast<float>(-kInkMean / kInkStd);
    alignas(64) float ink[kDigitPixels];
    batch_->read_ink(image, ink);
    Layer& layer = layers_.front();
    Bf16* in = in_of(layer, image) + layer.in_begin();
    alignas(64) float values[kDigitPixels] = {};
    const int crop = int_of(options_.crop);
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

  Bf16* y_of(Layer& layer, int image) {
    return layer.y.data() + static_cast<std::size_t>(image) * layer.out_size();
  }
  Bf16* in_of(Layer& layer, int image) {
    return layer.in.data() + static_cast<std::size_t>(image) * layer.in_size();
  }
  // The gradient of what layer l's activation wrote.
  Bf16* da_of(std::size_t l, int image) {
    return da_[l % 2].data() + static_cast<std::size_t>(image) * layers_[l].pooled_size();
  }

  void forward(std::size_t l, int chunk, int worker) {
    Layer& layer = layers_[l];
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

  double positions(const Layer& layer) const {
    return static_cast<double>(whole_size_) * layer.side * layer.side;
  }

  // From the batch's sums: mean and variance, what normalises with them, the running statistics.
  void finish_statistics(Layer& layer) {
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
  void finish_norm_gradient(Layer& layer) {
    const double count = positions(layer);
    const auto* scale = layer.scale.data_ptr<float>();
    auto* scale_gradient = layer.scale.mutable_grad().data_ptr<float>();
    auto* shift_gradient = layer.shift.mutable_grad().data_ptr<float>();
    // Several processes: each holds its equal part, so that the sum over them is the whole.
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

  // out[images][outs] = in * weights + bias.
  void linear(const LinearLayer& l, int images, const Bf16* in, float* out) {
    kernels_.convolve(l.forward(images), in, l.packed.data(), out, l.outs);
    for (int i = 0; i < images; ++i) {
      for (int o = 0; o < l.outs; ++o) out[i * l.outs + o] += l.bias_copy[o];
    }
  }

  // Adds the gradients of weights and bias; out_gradient [images][outs], float32 and rounded, the
  // latter with a row of zeros behind it.
  void linear_gradient(std::size_t index, int images, const Bf16* in, const float* out_gradient,
                       const Bf16* rounded, Scratch& scratch, float* gradient) {
    const LinearLayer& l = linear_[index];
    kernels_.pair_inputs(in, images * l.features(), l.features(), scratch.in_pairs.data());
    kernels_.pair_gradients(rounded, {1, images, 0, l.outs}, l.outs, scratch.out_pairs.data());
    kernels_.weight_gradient(l.forward(images),
                             {scratch.in_pairs.data(), scratch.out_pairs.data(), 0, 0, 1},
                             gradient + weight_offsets_[layers_.size() + index]);
    float* bias = gradient + bias_offsets_[index];
    for (int i = 0; i < images; ++i) {
      for (int o = 0; o < l.outs; ++o) bias[o] += out_gradient[i * l.outs + o];
    }
  }

  // Dropout: whether an input of the last layer is kept, a function of seed, image and input.
  bool kept(int image, int feature) const {
    const std::uint64_t place = batch_->first_place + static_cast<std::uint64_t>(image);
    const std::uint64_t bits =
        mix_seed(batch_->dropout_seed, place << 20 | static_cast<std::uint64_t>(feature));
    return static_cast<double>(bits >> 11) * 0x1p-53 >= options_.dropout;
  }

  void apply_dropout(int chunk, int images, int features, Bf16* values) const {
    if (options_.dropout <= 0) return;
    for (int i = 0; i < images; ++i) {
      for (int f = 0; f < features; ++f) {
        if (!kept(chunk * kChunk + i, f)) values[i * features + f] = 0;
      }
    }
  }

  // From the last activation to the loss and back to the gradient of that activation.
  void head(int chunk, int worker) {
    Layer& last = layers_.back();
    Scratch& scratch = scratch_[worker];
    const int images = images_of(chunk);
    float* gradient = sums_[chunk].gradient.data();
    std::fill_n(gradient, gradient_size_, 0.0F);

    const int features = linear_.front().features();
    const Grid flat{last.out_side, last.out_side, last.out_side * last.out_channels,
                    last.out_channels};
    for (int i = 0; i < images; ++i) {
      kernels_.activate(last.activation(), y_of(last, chunk * kChunk + i),
                        scratch.flat.data() + i * features, flat);
    }
    // The last layer's input, after dropout. Its values are 0 where ReLU or dropout made them so,
    // and only the others have a gradient.
    const bool has_hidden = linear_.size() == 2;
    const auto keep_scale = static_cast<float>(1 / (1 - options_.dropout));
    Bf16* top = scratch.flat.data();
    int top_size = features;
    if (has_hidden) {
      const LinearLayer& hidden = linear_.front();
      linear(hidden, images, scratch.flat.data(), scratch.sums.data());
      for (int i = 0; i < images * hidden.outs; ++i) {
        scratch.sums[i] = std::max(0.0F, scratch.sums[i]) * keep_scale;
      }
      top = scratch.hidden.data();
      top_size = hidden.outs;
      kernels_.round(scratch.sums.data(), images * top_size, top);
    }
    apply_dropout(chunk, images, top_size, top);

    // Without a hidden layer the scale of dropout is taken after the product, which is the same.
    const float late_scale = has_hidden ? 1.0F : keep_scale;
    LinearLayer& output = linear_.back();
    float* logits = scratch.logits.data();
    kernels_.convolve(output.forward(images), top, output.packed.data(), logits, kLogits);
    const float scale = 1.0F / static_cast<float>(whole_size_);
    double loss = 0;
    for (int i = 0; i < images; ++i) {
      float* row = logits + i * kLogits;
      for (int c = 0; c < kClasses; ++c) row[c] = row[c] * late_scale + output.bias_copy[c];
      loss += classification_loss_backward(batch_->labels[chunk * kChunk + i], loss_options_, scale,
                                           row);
      std::fill(row + kClasses, row + kLogits, 0.0F);
    }
    sums_[chunk].loss = loss;

    Bf16* rounded = scratch.rounded.data();
    round_with_zero_row(logits, images, kLogits, rounded);
    linear_gradient(linear_.size() - 1, images, top, logits, rounded, scratch, gradient);
    if (!has_hidden && late_scale != 1.0F) {
      const int offset = weight_offsets_.back();
      for (int i = 0; i < output.weights(); ++i) gradient[offset + i] *= late_scale;
    }
    // Gradient of the last layer's input.
    for (int tap = 0; tap < output.taps; ++tap) {
      kernels_.convolve(output.backward(images), rounded,
                        output.packed_backward.data() +
                            static_cast<std::size_t>(tap) * packed_size(output.ins, kLogits, 1),
                        scratch.sums.data() + tap * output.ins, top_size);
    }
    for (int i = 0; i < images * top_size; ++i) {
      scratch.sums[i] = top[i] == 0 ? 0.0F : scratch.sums[i] * keep_scale;
    }
    if (has_hidden) {
      const LinearLayer& hidden = linear_.front();
      round_with_zero_row(scratch.sums.data(), images, top_size, rounded);
      linear_gradient(0, images, scratch.flat.data(), scratch.sums.data(), rounded, scratch,
                      gradient);
      for (int tap = 0; tap < hidden.taps; ++tap) {
        kernels_.convolve(
            hidden.backward(images), rounded,
            hidden.packed_backward.data() +
                static_cast<std::size_t>(tap) * packed_size(hidden.ins, hidden.outs, 1),
            scratch.sums.data() + tap * hidden.ins, features);
      }
    }
    const std::size_t l = layers_.size() - 1;
    kernels_.round(scratch.sums.data(), images * features, da_of(l, chunk * kChunk));
    for (int i = 0; i < images; ++i) sum_activation(l, chunk, chunk * kChunk + i);
  }

  void round_with_zero_row(const float* values, int rows, int columns, Bf16* rounded) {
    kernels_.round(values, rows * columns, rounded);
    std::fill_n(rounded + rows * columns, columns, Bf16{0});
  }

  void sum_activation(std::size_t l, int chunk, int image) {
    kernels_.activation_sums(layers_[l].activation(), y_of(layers_[l], image), da_of(l, image),
                             sums_[chunk].channel_sums.data());
  }

  void backward(std::size_t l, int chunk, int worker) {
    Layer& layer = layers_[l];
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

  // From an image's dy to the gradient of what the layer before wrote; `sums` is scratch.
  void gradient_of_input(const Layer& layer, const Bf16* dy, float* sums, Bf16* da) {
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

  // Adds up the chunks' gradients and hands them to the network.
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
      const Layer& layer = layers_[l];
      layer.weight.grad()
          .permute({2, 3, 1, 0})
          .copy_(
              torch::from_blob(gradient + weight_offsets_[l],
                               {layer.kernel, layer.kernel, layer.in_channels, layer.out_channels})
                  .narrow(2, 0, layer.real_ins));
    }
    for (std::size_t l = 0; l < linear_.size(); ++l) {
      const LinearLayer& linear = linear_[l];
      linear.weight.grad()
          .view({linear.real_outs, linear.ins, linear.taps})
          .permute({2, 1, 0})
          .copy_(torch::from_blob(gradient + weight_offsets_[layers_.size() + l],
                                  {linear.taps, linear.ins, linear.real_outs},
                                  {linear.features() / linear.taps * linear.outs, linear.outs, 1}));
      linear.bias.grad().copy_(torch::from_blob(gradient + bias_offsets_[l], {linear.real_outs}));
    }
  }

  const bfloat16::Kernels& kernels_;
  const ConvNetOptions options_;
  Crew crew_;
  std::vector<Layer> layers_;
  std::vector<LinearLayer> linear_;  // hidden, where there is one, and output
  std::vector<int> weight_offsets_;  // in ChunkSums::gradient, of layers_ then linear_
  std::vector<int> bias_offsets_;    // of linear_
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

Bfloat16Gradient::Bfloat16Gradient(const ConvNetImpl& network, int threads,
                                   const bfloat16::Kernels& kernels)
    : impl_(std::make_unique<Impl>(network, threads, kernels)) {}

Bfloat16Gradient::~Bfloat16Gradient() = default;

double Bfloat16Gradient::compute(const Batch& batch, const LossOptions& options) {
  const torch::NoGradGuard no_grad;
  return impl_->compute(batch, options);
}

}  // namespace mnist
