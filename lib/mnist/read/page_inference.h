// One scale of a picture -> what the page network says about it, on the CPU.
//
// Computes what PageNet::forward does (model/page_network.h), which training uses, in a third of
// the time: batch normalisation is folded into the convolutions, which add the residual and apply
// ReLU as they store their sums (kernels/kernels.h). Internal to lib/mnist/read.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "mnist/data/page_grid.h"
#include "mnist/model/page_network_options.h"
#include "mnist/read/kernels/kernels.h"
#include "mnist/read/levels.h"

namespace torch::nn {
class Module;
}

namespace mnist::reading {

inline float sigmoid(float logit) { return 1.0F / (1.0F + std::exp(-logit)); }

// A level with what the network says about it, cell by cell.
struct SeenLevel {
  // Of a cell's maps: logits of kPageClasses centres, then these.
  enum Map { kSmall = kPageClasses, kOther, kSizes, kWays = kSizes + 2, kMaps = kPageMaps };

  Level level{};
  int rows = 0;  // cells
  int columns = 0;
  std::size_t stride = 0;           // of `maps`, from a cell to the next
  std::unique_ptr<float[]> maps{};  // [rows][columns][stride], of which kMaps mean something
  std::unique_ptr<float[]> ink{};   // logits, [rows][columns][pixel of the cell, row by row]

  std::size_t cells() const { return static_cast<std::size_t>(rows) * columns; }
  std::span<const float, kMaps> cell(std::size_t index) const {
    return std::span<const float, kMaps>(maps.get() + index * stride, kMaps);
  }
  // Probability that the pixel of level.levels is a mark's own ink.
  float ink_at(int y, int x) const {
    const std::size_t index = static_cast<std::size_t>(y / kPageCell) * columns + x / kPageCell;
    const int pixel = y % kPageCell * kPageCell + x % kPageCell;
    return sigmoid(ink[index * kPageCell * kPageCell + pixel]);
  }
};

// A convolution with what follows it folded in, as the kernels want it.
struct FoldedLayer {
  int ins = 0;  // of each plane; like outs, rounded up to kLanes
  int outs = 0;
  int planes = 1;
  std::vector<float> weights{};  // of a Convolution if it is one of 3x3, else of a Product
  std::vector<float> bias{};
};

class PageInference {
 public:
  // `network` is a PageNet of these options; its weights are copied.
  PageInference(const PageNetOptions& options, const torch::nn::Module& network,
                const Kernels& kernels = *available_kernels().front());

  // `level` has at least one cell. Runs on Torch's threads; the result is the same bit for bit for
  // any number of them. Thread-safe.
  SeenLevel look(Level level) const;

 private:
  const Kernels& kernels_;
  std::vector<FoldedLayer> layers_;  // in the order of convolution_layers
};

}  // namespace mnist::reading
