// A classifier of digits as a list of its layers. Everything else follows from the list: the module
// that computes it (classifier.h), its tensors and costs, the exported graphs (export/) and the
// shapes that kernels work on (gradient/bfloat16). Does not use Torch. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mnist {

// Mean and standard deviation of all pixels of MNIST's training images, ink in [0,1].
inline constexpr double kInkMean = 0.1307;
inline constexpr double kInkStd = 0.3081;

enum class LayerKind {
  kInk,            // float32 [N,1,28,28] in [0,1]: the first of every list
  kCrop,           // cuts `size` pixels from each side
  kStandardise,    // minus kInkMean, over kInkStd
  kSpaceToDepth,   // 2x2 pixels become 4 channels
  kConvolution,    // size x size, with `stride` and `padding`
  kNormalisation,  // batch normalisation (Ioffe and Szegedy, 2015, arXiv:1502.03167)
  kRelu,
  kMaxPool,   // 2x2
  kMeanPool,  // over all positions
  kAdd,       // of two layers' outputs
  kFlatten,   // channels first
  kDropout,   // of the share `dropout`, in training
  kLinear,    // the last one's output is the logits [N,10]
};

struct Layer {
  LayerKind kind = LayerKind::kInk;
  std::string name{};         // its tensors are <name>.weight, …
  std::size_t input = 0;      // the earlier layer whose output it takes
  std::size_t second = 0;     // kAdd: the other one
  std::int64_t channels = 1;  // of its output, [N,channels,side,side]; [N,channels] once flat
  std::int64_t side = 0;      // 0 if no pixel is left
  std::int64_t size = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool bias = false;  // kConvolution; kLinear always has one
  double dropout = 0;
};

// Begins with the ink. Each member adds a layer that takes the output of the one before it, or of
// the one that from() names. Names are unique within a list.
class LayerList {
 public:
  LayerList();

  LayerList& crop(std::int64_t pixels);
  LayerList& standardise();
  LayerList& space_to_depth();

  struct Convolution {
    std::int64_t size = 3;  // odd
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    bool bias = false;
  };
  LayerList& convolution(const std::string& name, std::int64_t channels, const Convolution& how);
  LayerList& normalisation(const std::string& name);
  LayerList& relu(const std::string& name);
  LayerList& max_pool(const std::string& name);
  LayerList& mean_pool(const std::string& name);
  LayerList& add(const std::string& name, std::size_t other);
  LayerList& flatten();
  LayerList& dropout(double share);
  LayerList& linear(const std::string& name, std::int64_t channels);

  // The number of the layer whose output the next one takes.
  std::size_t at() const { return at_; }
  LayerList& from(std::size_t layer);

  std::size_t size() const { return layers_.size(); }
  const Layer& operator[](std::size_t i) const { return layers_[i]; }
  auto begin() const { return layers_.begin(); }
  auto end() const { return layers_.end(); }
  const Layer& input_of(const Layer& layer) const { return layers_[layer.input]; }

 private:
  LayerList& append(LayerKind kind, const std::string& name, Layer layer);

  std::vector<Layer> layers_;
  std::size_t at_ = 0;
};

// Parameters and buffers by name, with their shapes.
std::map<std::string, std::vector<std::int64_t>> expected_tensors(const LayerList& layers);

std::int64_t parameter_count(const LayerList& layers);

// Multiplications of the convolutions and linear layers for one image.
std::int64_t multiply_adds(const LayerList& layers);

}  // namespace mnist
