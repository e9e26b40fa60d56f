// Forward: each rank's mean and variance, as sums of x and x² in float64, are added up over the
// ranks; then the share is normalised with the statistics of all. Backward, with g the gradient of
// the output and means over all ranks' positions:
//
//   xhat  = (x - mean) / deviation
//   dx    = weight / deviation · (g - mean(g) - xhat · mean(g xhat))
//
// Torch's kernels for fixed statistics give weight / deviation · g and the sums of g and g xhat;
// the rest is a line a + b x for each channel.
#include "mnist/parallel/shared_batch_norm.h"

#include <tuple>

#include <torch/csrc/autograd/custom_function.h>
#include <torch/utils.h>

namespace mnist {
namespace {

using torch::Tensor;

struct Statistics {
  Tensor mean;      // float32 [C]
  Tensor variance;  // float32 [C], of the whole batch as a population
  double count;     // values of one channel, over all ranks
};

Tensor per_channel(const Tensor& values) { return values.view({1, -1, 1, 1}); }

Statistics shared_statistics(const Tensor& x, double epsilon, Communicator& communicator) {
  const std::int64_t channels = x.size(1);
  const auto options = x.options().dtype(torch::kFloat64);
  const Tensor message = torch::zeros({2 * channels + 1}, options);
  Tensor sum = message.narrow(0, 0, channels);
  Tensor square_sum = message.narrow(0, channels, channels);
  Tensor count = message.narrow(0, 2 * channels, 1);
  if (x.numel() > 0) {
    const Tensor none;
    const auto own = at::native_batch_norm(x, none, none, none, none, true, 0.0, epsilon);
    const auto values = static_cast<double>(x.numel() / channels);
    const Tensor mean = std::get<1>(own).to(torch::kFloat64);
    const Tensor variance = std::get<2>(own).to(torch::kFloat64).pow(-2) - epsilon;
    sum.copy_(mean * values);
    square_sum.copy_((variance + mean * mean) * values);
    count.fill_(values);
  }
  communicator.all_reduce_sum(message);
  sum.div_(count);
  square_sum.div_(count).sub_(sum * sum).clamp_min_(0);
  return {sum.to(torch::kFloat32), square_sum.to(torch::kFloat32), count.item<double>()};
}

class SharedBatchNorm : public torch::autograd::Function<SharedBatchNorm> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x,
                        const Tensor& weight, const Tensor& bias, const Statistics& statistics,
                        double epsilon, Communicator& communicator) {
    context->save_for_backward({x, weight, statistics.mean, statistics.variance});
    context->saved_data["count"] = statistics.count;
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["communicator"] = reinterpret_cast<std::int64_t>(&communicator);
    if (x.numel() == 0) return x.clone();
    return std::get<0>(at::native_batch_norm(x, weight, bias, statistics.mean, statistics.variance,
                                             false, 0.0, epsilon));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const double epsilon = context->saved_data["epsilon"].toDouble();
    auto& communicator =
        *reinterpret_cast<Communicator*>(context->saved_data["communicator"].toInt());
    Tensor dx = torch::zeros_like(x);
    Tensor dweight = torch::zeros_like(weight);
    Tensor dbias = torch::zeros_like(weight);
    if (x.numel() > 0) {
      const Tensor none;
      std::tie(dx, dweight, dbias) = at::native_batch_norm_backward(
          gradients[0], x, weight, mean, variance, none, none, false, epsilon, {true, true, true});
    }
    const Tensor message = torch::cat({dbias, dweight}).to(torch::kFloat64);
    communicator.all_reduce_sum(message);
    const auto means = (message / context->saved_data["count"].toDouble()).chunk(2);
    const Tensor inverse = (variance.to(torch::kFloat64) + epsilon).rsqrt();
    const Tensor slope = -(weight * inverse * inverse * means[1]);
    const Tensor offset = -(weight * inverse * means[0]) - slope * mean;
    dx.addcmul_(x, per_channel(slope.to(torch::kFloat32)))
        .add_(per_channel(offset.to(torch::kFloat32)));
    return {dx, dweight, dbias, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor shared_batch_norm(torch::nn::BatchNorm2dImpl& norm, const Tensor& input,
                         Communicator& communicator) {
  const torch::ScalarType type = input.scalar_type();  // bfloat16, under autocast
  const Tensor x = input.to(torch::kFloat32);
  const double epsilon = norm.options.eps();
  const Statistics statistics = [&] {
    const torch::NoGradGuard no_grad;
    const Statistics shared = shared_statistics(x, epsilon, communicator);
    norm.num_batches_tracked.add_(1);
    const double momentum = norm.options.momentum().value();
    norm.running_mean.lerp_(shared.mean, momentum);
    norm.running_var.lerp_(shared.variance * (shared.count / (shared.count - 1)), momentum);
    return shared;
  }();
  return SharedBatchNorm::apply(x, norm.weight, norm.bias, statistics, epsilon, communicator)
      .to(type);
}

}  // namespace mnist
