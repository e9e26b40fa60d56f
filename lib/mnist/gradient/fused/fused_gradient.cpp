// A step: copy the parameters into the kernels' layout, let the threads claim chunks of the batch,
// each chunk with a gradient of its own, sum these in their order, copy the sum back. The chunks,
// not the threads, fix the order of all sums: so the number of threads changes no bit.
#include "mnist/gradient/fused/fused_gradient.h"

#include <algorithm>
#include <numeric>

#include <torch/utils.h>

namespace mnist {
namespace {

using fused::kClasses;
using fused::kConv1;
using fused::kConv2;
using fused::kHidden;
using fused::kLogits;
using fused::kPatch;
using fused::kPatchRow;
using fused::Weights;

// Small enough to share among threads, large enough that clearing and summing the gradients
// matters little.
constexpr std::int64_t kChunk = 64;

constexpr int kFloats = sizeof(Weights) / sizeof(float);
constexpr int kSumPieces = 8;
static_assert(kFloats % kSumPieces == 0);

float* floats(Weights& weights) { return reinterpret_cast<float*>(&weights); }

// One parameter's (or gradient's) values in the order of the kernels' loops, once as the network
// keeps them and once as `Weights` does. Views: copying one to the other is all that is needed.
struct Layout {
  const char* name;
  torch::Tensor (*in_network)(const torch::Tensor& parameter);
  torch::Tensor (*in_kernels)(Weights& weights);
};

torch::Tensor as_is(const torch::Tensor& parameter) { return parameter; }

torch::Tensor vector(float* values, std::int64_t size) { return torch::from_blob(values, {size}); }

constexpr Layout kLayouts[] = {
    // pixel_unshuffle's channels are the row and the column within 2x2 pixels. Interleaved with the
    // 3x3 taps they make 6x6: [channel][ky, row][kx, column].
    {"conv1.weight",
     [](const torch::Tensor& p) {
       return p.view({kConv1, 2, 2, 3, 3}).permute({0, 3, 1, 4, 2});
     },
     [](Weights& w) {
       return torch::from_blob(w.conv1, {kConv1, 3, 2, 3, 2},
                               {kPatch, 2 * kPatchRow, kPatchRow, 2, 1});
     }},
    {"conv2.weight",
     [](const torch::Tensor& p) {
       return p.permute({0, 2, 3, 1});
     },
     [](Weights& w) {
       return torch::from_blob(w.conv2, {kConv2, 3, 3, kConv1});
     }},
    {"hidden.weight",
     [](const torch::Tensor& p) {
       return p.view({kHidden, kConv2, 9}).transpose(1, 2);
     },
     [](Weights& w) {
       return torch::from_blob(w.hidden, {kHidden, 9, kConv2});
     }},
    {"output.weight", [](const torch::Tensor& p) { return p.t(); },
     [](Weights& w) {
       return torch::from_blob(w.output, {kHidden, kClasses}, {kLogits, 1});
     }},
    {"conv1.bias", as_is, [](Weights& w) { return vector(w.conv1_bias, kConv1); }},
    {"conv2.bias", as_is, [](Weights& w) { return vector(w.conv2_bias, kConv2); }},
    {"hidden.bias", as_is, [](Weights& w) { return vector(w.hidden_bias, kHidden); }},
    {"output.bias", as_is, [](Weights& w) { return vector(w.output_bias, kClasses); }},
};

}  // namespace

bool FusedGradient::supports(const ConvNetOptions& options, const LossOptions& loss,
                             torch::Device device) {
  return device.is_cpu() && !loss.not_a_digit &&
         options == ConvNetOptions{.channels = {kConv1, kConv2},
                                   .convolutions = 1,
                                   .hidden = kHidden,
                                   .dropout = 0.0,
                                   .crop = fused::kCrop,
                                   .space_to_depth = true,
                                   .padding = false,
                                   .batch_norm = false,
                                   .pool_last = false};
}

FusedGradient::FusedGradient(const ConvNetImpl& network, int threads, const fused::Kernels& kernels)
    : kernels_(kernels),
      crew_(threads),
      weights_(std::make_unique<Weights>()),
      transposed_(std::make_unique<fused::TransposedWeights>()) {
  for (int i = 0; i < crew_.size(); ++i) scratch_.push_back(std::make_unique<fused::Scratch>());
  gradients_.push_back(std::make_unique<Weights>());
  const auto parameters = network.named_parameters();
  for (const Layout& layout : kLayouts) {
    const torch::Tensor& parameter = parameters[layout.name];
    parameters_.push_back({layout.in_network(parameter.detach()), layout.in_kernels(*weights_)});
    results_.push_back(
        {layout.in_kernels(*gradients_.front()), layout.in_network(parameter.grad())});
  }
}

double FusedGradient::compute(const torch::Tensor& images, const torch::Tensor& labels,
                              const torch::Tensor& rows, double label_smoothing) {
  for (Copy& parameter : parameters_) parameter.to.copy_(parameter.from);
  kernels_.transpose(*weights_, *transposed_);

  const std::int64_t size = rows.size(0);
  const std::int64_t chunks = (size + kChunk - 1) / kChunk;
  while (static_cast<std::int64_t>(gradients_.size()) < chunks) {
    gradients_.push_back(std::make_unique<Weights>());
  }
  const fused::LossOptions options{static_cast<float>(label_smoothing),
                                   1.0F / static_cast<float>(size)};
  std::vector<double> losses(chunks);
  crew_.run(static_cast<int>(chunks), [&](int chunk, int worker) {
    const std::int64_t first = chunk * kChunk;
    const fused::BatchView part{images.data_ptr<std::uint8_t>(), labels.data_ptr<std::int64_t>(),
                                rows.data_ptr<std::int64_t>() + first,
                                std::min(kChunk, size - first)};
    std::fill_n(floats(*gradients_[chunk]), kFloats, 0.0F);
    losses[chunk] = kernels_.accumulate_gradient(part, *weights_, *transposed_, options,
                                                 *scratch_[worker], *gradients_[chunk]);
  });
  sum_gradients(chunks);

  for (Copy& result : results_) result.to.copy_(result.from);
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(size);
}

// Adds the other chunks' gradients to the first's: neighbours, then pairs, then fours … Two or four
// processes with their shares of a batch add up in the same order, so they round the same.
void FusedGradient::sum_gradients(std::int64_t chunks) {
  crew_.run(kSumPieces, [&](int piece, int) {
    constexpr int kSize = kFloats / kSumPieces;
    for (std::int64_t distance = 1; distance < chunks; distance *= 2) {
      for (std::int64_t chunk = 0; chunk + distance < chunks; chunk += 2 * distance) {
        float* sum = floats(*gradients_[chunk]) + piece * kSize;
        const float* part = floats(*gradients_[chunk + distance]) + piece * kSize;
        for (int i = 0; i < kSize; ++i) sum[i] += part[i];
      }
    }
  });
}

}  // namespace mnist
