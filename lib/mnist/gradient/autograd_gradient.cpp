#include "mnist/gradient/autograd_gradient.h"

#include <optional>
#include <utility>

#include <ATen/Context.h>
#include <ATen/DeviceGuard.h>
#include <torch/utils.h>

#include "mnist/gradient/autocast.h"
#include "mnist/model/shared_batch.h"
#include "mnist/parallel/shared_batch_norm.h"

namespace mnist {

bool computes_in_bfloat16(const std::string& precision, bool faster, Communicator* communicator) {
  if (precision != "auto") return precision == "bfloat16";
  if (communicator == nullptr) return faster;
  const torch::Tensor against = torch::full({1}, faster ? 0.0 : 1.0);
  communicator->all_reduce_sum(against);
  return against.item<float>() == 0;
}

bool torch_multiplies_bfloat16(torch::Device device) {
  const c10::DeviceGuard guard(device);  // the queries below are about the current device
  return device.is_cuda() && at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

AutogradGradient::AutogradGradient(FlatParameters& parameters, const Options& options,
                                   MeanLoss mean_loss)
    : parameters_(parameters), options_(options), mean_loss_(std::move(mean_loss)) {}

torch::Tensor AutogradGradient::share_of_loss(const BatchPart& part) const {
  SharedBatch shared{.begin = part.first, .size = part.batch_size, .normalize = nullptr};
  std::optional<Bfloat16Autocast> autocast;
  std::optional<SharedBatchGuard> guard;
  if (options_.bfloat16) autocast.emplace(options_.device);
  if (options_.communicator != nullptr) {
    shared.normalize = [this](torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x) {
      return shared_batch_norm(norm, x, *options_.communicator);
    };
    guard.emplace(shared);
  }
  const torch::Tensor loss = mean_loss_(part.examples, part.epoch);
  return part.size() == part.batch_size ? loss : part.share() * loss;
}

torch::Tensor AutogradGradient::loss_and_gradient(const BatchPart& part) {
  torch::manual_seed(part.random_seed);
  const torch::Tensor loss = share_of_loss(part);
  parameters_.gradients.zero_();
  loss.backward();
  return loss.detach();
}

}  // namespace mnist
