#include "mnist/gradient/bfloat16/layers.h"

#include <string>
#include <utility>

namespace mnist::bfloat16 {

void ConvolutionLayer::pack(const Kernels& kernels, bool has_backward) {
  // In memory [out][ky][kx][in]: channels last (model/convnet.cpp).
  WeightView view{weight.data_ptr<float>(),
                  out_channels,
                  in_channels,
                  taps(),
                  int_of(weight.stride(0)),
                  int_of(weight.stride(1)),
                  int_of(weight.stride(3)),
                  false};
  std::vector<float> padded;
  if (real_ins < in_channels) {
    padded.resize(weights());
    for (int i = 0; i < out_channels * taps(); ++i) {
      std::copy_n(view.data + i * real_ins, real_ins, &padded[i * in_channels]);
    }
    view.data = padded.data();
    view.out_stride = taps() * in_channels;
    view.in_stride = 1;
    view.tap_stride = in_channels;
  }
  kernels.pack(view, packed.data());
  if (!has_backward) return;
  std::swap(view.outs, view.ins);
  std::swap(view.out_stride, view.in_stride);
  view.reverse_taps = gathers_back();
  kernels.pack(view, packed_backward.data());
}

void LinearLayer::pack(const Kernels& kernels) {
  // In memory [out][in][tap]: Torch flattens channels first.
  const float* data = weight.data_ptr<float>();
  kernels.pack({data, real_outs, ins, taps, features(), taps, 1, false}, packed.data());
  for (int tap = 0; tap < taps; ++tap) pack_backward(kernels, tap);
  std::copy_n(bias.data_ptr<float>(), real_outs, bias_copy.begin());
}

// The weights from all outputs to one tap's inputs. The outputs' padding multiplies gradients of
// 0, but must be there: those of the classes come from a padded copy.
void LinearLayer::pack_backward(const Kernels& kernels, int tap) {
  Bf16* to = packed_backward.data() + static_cast<std::size_t>(tap) * packed_size(ins, outs, 1);
  const float* data = weight.data_ptr<float>();
  if (outs == real_outs) {
    kernels.pack({data + tap, ins, outs, 1, taps, features(), 0, false}, to);
    return;
  }
  std::vector<float> padded(static_cast<std::size_t>(outs) * ins);
  for (int out = 0; out < real_outs; ++out) {
    for (int in = 0; in < ins; ++in) {
      padded[out * ins + in] = data[out * features() + in * taps + tap];
    }
  }
  kernels.pack({padded.data(), ins, outs, 1, 1, ins, 0, false}, to);
}

namespace {

bool is_supported(const Layer& convolution) {
  return convolution.size >= 3 && convolution.stride == 1 && !convolution.bias &&
         (convolution.padding == 0 || convolution.padding == convolution.size / 2) &&
         convolution.channels % kLanes == 0;
}

// The layers of a list one after the other.
class LayerReader {
 public:
  explicit LayerReader(const LayerList& layers) : layers_(layers) {}

  // The next layer, if it is of this kind and takes the output of the one before it; else null,
  // and the same layer is next.
  const Layer* next(LayerKind kind) {
    const bool found =
        next_ < layers_.size() && layers_[next_].kind == kind && layers_[next_].input + 1 == next_;
    return found ? &layers_[next_++] : nullptr;
  }
  bool at_end() const { return next_ == layers_.size(); }

 private:
  const LayerList& layers_;
  std::size_t next_ = 1;  // after the ink
};

bool read_stages(LayerReader& reader, Plan& plan) {
  while (const Layer* convolution = reader.next(LayerKind::kConvolution)) {
    const Layer* norm = reader.next(LayerKind::kNormalisation);
    if (norm == nullptr || reader.next(LayerKind::kRelu) == nullptr) return false;
    if (!is_supported(*convolution)) return false;
    const bool pooled = reader.next(LayerKind::kMaxPool) != nullptr;
    plan.stages.push_back({*convolution, norm->name, pooled});
  }
  return !plan.stages.empty();
}

bool read_head(LayerReader& reader, Plan& plan) {
  if (reader.next(LayerKind::kFlatten) == nullptr) return false;
  const Layer* linear = reader.next(LayerKind::kLinear);
  if (linear != nullptr && reader.next(LayerKind::kRelu) != nullptr) {
    if (linear->channels % kLanes != 0) return false;
    plan.linear.push_back(*linear);
    linear = nullptr;
  }
  if (linear == nullptr) {
    if (const Layer* dropout = reader.next(LayerKind::kDropout)) plan.dropout = dropout->dropout;
    linear = reader.next(LayerKind::kLinear);
  }
  if (linear == nullptr) return false;
  plan.linear.push_back(*linear);
  return reader.at_end();
}

}  // namespace

std::optional<Plan> plan_of(const LayerList& layers) {
  LayerReader reader(layers);
  Plan plan;
  if (const Layer* crop = reader.next(LayerKind::kCrop)) plan.crop = int_of(crop->size);
  if (reader.next(LayerKind::kStandardise) == nullptr) return {};
  plan.space_to_depth = reader.next(LayerKind::kSpaceToDepth) != nullptr;
  if (!read_stages(reader, plan) || !read_head(reader, plan)) return {};
  return plan;
}

std::vector<ConvolutionLayer> convolution_layers_of(const ClassifierImpl& network,
                                                    const Plan& plan) {
  std::vector<ConvolutionLayer> layers;
  const auto parameters = network.named_parameters();
  const auto buffers = network.named_buffers();
  int ins = plan.space_to_depth ? 4 : 1;
  for (const auto& [convolution, norm, pooled] : plan.stages) {
    ConvolutionLayer layer{};
    layer.kernel = int_of(convolution.size);
    layer.border = int_of(convolution.padding);
    layer.side = int_of(convolution.side);
    layer.real_ins = ins;
    layer.in_channels = std::max(ins, kInputChannels);
    layer.out_channels = int_of(convolution.channels);
    layer.pool = pooled;
    layer.out_side = pooled ? layer.side / 2 : layer.side;
    layer.weight = parameters[convolution.name + ".weight"];
    layer.scale = parameters[norm + ".weight"];
    layer.shift = parameters[norm + ".bias"];
    layer.running_mean = buffers[norm + ".running_mean"];
    layer.running_var = buffers[norm + ".running_var"];
    layer.batches = buffers[norm + ".num_batches_tracked"];
    layer.packed.resize(packed_size(layer.out_channels, layer.in_channels, layer.taps()));
    if (!layers.empty()) {
      layer.packed_backward.resize(packed_size(layer.real_ins, layer.out_channels, layer.taps()));
    }
    for (auto* values :
         {&layer.y_scale, &layer.y_shift, &layer.dz_factor, &layer.y_factor, &layer.constant}) {
      values->resize(layer.out_channels);
    }
    layer.mean.resize(layer.out_channels);
    layer.inverse_std.resize(layer.out_channels);
    ins = layer.out_channels;
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::vector<LinearLayer> linear_layers_of(const ClassifierImpl& network, const Plan& plan,
                                          const ConvolutionLayer& last) {
  std::vector<LinearLayer> linear;
  const auto parameters = network.named_parameters();
  int ins = last.out_channels;
  int taps = last.out_side * last.out_side;
  for (const Layer& planned : plan.linear) {
    LinearLayer layer{};
    layer.ins = ins;
    layer.taps = taps;
    layer.real_outs = int_of(planned.channels);
    layer.outs = (layer.real_outs + kLanes - 1) / kLanes * kLanes;
    layer.weight = parameters[planned.name + ".weight"];
    layer.bias = parameters[planned.name + ".bias"];
    layer.packed.resize(packed_size(layer.real_outs, ins, taps));
    layer.packed_backward.resize(static_cast<std::size_t>(taps) * packed_size(ins, layer.outs, 1));
    layer.bias_copy.resize(layer.outs);
    ins = layer.real_outs;
    taps = 1;
    linear.push_back(std::move(layer));
  }
  return linear;
}

Scratch make_scratch(const std::vector<ConvolutionLayer>& layers,
                     const std::vector<LinearLayer>& linear) {
  Scratch scratch;
  const LinearLayer& first = linear.front();
  std::size_t sums = static_cast<std::size_t>(kChunk) * std::max(first.features(), first.outs);
  std::size_t in_pairs =
      static_cast<std::size_t>(kChunk + 1) * std::max(first.features(), linear.back().features());
  std::size_t out_pairs = static_cast<std::size_t>(kChunk) * first.outs;
  for (const ConvolutionLayer& layer : layers) {
    // For the forward and the backward pass.
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
  const std::size_t rows = kChunk + 2;  // a row of zeros after an odd number of images
  scratch.flat.resize(with_slack(rows * first.features()));
  scratch.hidden.resize(with_slack(rows * first.outs));
  scratch.rounded.resize(with_slack(rows * std::max(first.outs, kLogits)));
  scratch.logits.resize(with_slack(rows * kLogits));
  return scratch;
}

}  // namespace mnist::bfloat16
