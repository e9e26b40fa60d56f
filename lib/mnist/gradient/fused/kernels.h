// One network's gradient by hand: forward and backward in one pass over the images.
//
//   ink [24][24] -> conv 6x6 stride 2 -> [10][10][kConv1] -> max-pool 2 -> + bias, ReLU
//                -> conv 3x3          -> [3][3][kConv2]   -> + bias, ReLU
//                -> linear kHidden    -> ReLU -> linear 10
//
// which is a ConvNet without padding and normalisation (fused_gradient.h says how its weights map:
// space-to-depth and a 3x3 convolution are a 6x6 convolution of stride 2). As nothing normalises
// over the batch, an image's passes depend on no other image: a thread takes its share of the batch
// from bytes to gradients without waiting for another, and all it touches stays in its cache.
//
// The kernels exist once per instruction set (kernels_<set>.cpp) and are chosen at run time. Every
// sum is taken in an order that depends on the arguments alone, so the same call gives the same
// bits; other instruction sets may round differently. Thread-safe for distinct outputs.
#pragma once

#include <cstdint>
#include <vector>

namespace mnist::fused {

inline constexpr int kImageSide = 28;
inline constexpr int kCrop = 2;  // MNIST's border is empty
inline constexpr int kSide = kImageSide - 2 * kCrop;
inline constexpr int kConv1 = 32;    // channels of the first convolution
inline constexpr int kConv2 = 64;    // channels of the second
inline constexpr int kHidden = 128;  // width of the hidden layer
inline constexpr int kClasses = 10;
inline constexpr int kLogits = 16;                  // classes padded to whole vectors
inline constexpr int kPatchRow = 8;                 // a row of 6 weights, padded
inline constexpr int kPatch = 6 * kPatchRow;        // weights per channel of convolution 1
inline constexpr int kPool1 = 5 * 5;                // positions after the pooling
inline constexpr int kPositions2 = 3 * 3;           // positions after convolution 2
inline constexpr int kTaps2 = 9 * kConv1;           // weights per channel of convolution 2
inline constexpr int kFlat = kPositions2 * kConv2;  // inputs of the hidden layer
inline constexpr int kGroup = 16;                   // images that the kernels take at a time

// Weights, or their gradients: one matrix row per output. Padding (kPatch, kLogits) is zero in
// weights and anything in gradients.
struct Weights {
  alignas(64) float conv1[kConv1][kPatch];     // [channel][ky * kPatchRow + kx]
  alignas(64) float conv2[kConv2][kTaps2];     // [channel][(ky * 3 + kx) * kConv1 + input channel]
  alignas(64) float hidden[kHidden][kFlat];    // [unit][(y * 3 + x) * kConv2 + input channel]
  alignas(64) float output[kHidden][kLogits];  // [unit][class]: the one that lies on its side
  alignas(64) float conv1_bias[kConv1];
  alignas(64) float conv2_bias[kConv2];
  alignas(64) float hidden_bias[kHidden];
  alignas(64) float output_bias[kLogits];
};

// The same weights as the other pass reads them.
struct TransposedWeights {
  alignas(64) float conv1[kPatch][kConv1];
  alignas(64) float conv2[kTaps2][kConv2];
  alignas(64) float hidden[kFlat][kHidden];
  alignas(64) float output[kLogits][kHidden];
};

// What one thread keeps between the passes over one group of images.
struct Scratch {
  // The most non-zero gradients of an image or of a channel over a group, and a vector's overhang.
  static constexpr int kSparse = kFlat + 16;
  static_assert(kSparse >= kGroup * kPositions2 + 16);

  alignas(64) float image[kGroup][kSide * kSide + 16];  // + 16: rows are read 8 floats at a time
  alignas(64) float pool1[kGroup][kPool1][kConv1];      // activations after the first ReLU
  alignas(64) std::int32_t origin[kGroup][kPool1][kConv1];  // where the pooling's winner's patch is
  alignas(64) float flat[kGroup][kFlat];                    // activations after the second ReLU
  alignas(64) float hidden[kGroup][kHidden];
  alignas(64) float logits[kGroup][kLogits];  // then their gradients
  alignas(64) float hidden_gradient[kGroup][kHidden];
  alignas(64) float flat_gradient[kGroup][kFlat];
  alignas(64) float flat_gradient_transposed[kFlat][kGroup];
  alignas(64) float pool1_gradient[kGroup][kPool1][kConv1];
  alignas(64) float value[kSparse];  // non-zero gradients, packed
  alignas(64) std::int32_t place[kSparse];
};

// A batch by index: row rows[i] of `images` (28x28 bytes each) and of `labels` (0 to 9).
struct BatchView {
  const std::uint8_t* images;
  const std::int64_t* labels;
  const std::int64_t* rows;
  std::int64_t size;
};

struct LossOptions {
  float smoothing;  // label smoothing
  float scale;      // each image's weight in the gradient: 1 / size of the whole batch
};

struct Kernels {
  // Adds the batch's gradient to `gradient` and returns the sum of the images' losses
  // (cross-entropy).
  double (*accumulate_gradient)(const BatchView& batch, const Weights& weights,
                                const TransposedWeights& transposed, const LossOptions& options,
                                Scratch& scratch, Weights& gradient);

  void (*transpose)(const Weights& weights, TransposedWeights& transposed);
};

// The kernels that this processor can run, the fastest first, the portable ones last.
std::vector<const Kernels*> available_kernels();

}  // namespace mnist::fused
