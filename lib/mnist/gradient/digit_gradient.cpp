#include "mnist/gradient/digit_gradient.h"

#include <span>

#include <torch/utils.h>

#include "mnist/gradient/autograd_gradient.h"
#include "mnist/gradient/bfloat16/bfloat16_gradient.h"

namespace mnist {
namespace {

class Bfloat16Engine : public GradientEngine {
 public:
  Bfloat16Engine(const Classifier& network, FlatParameters& parameters, const DigitBatches& batches,
                 const DigitGradientOptions& options)
      : kernels_(*network, options.threads),
        parameters_(parameters),
        batches_(batches),
        loss_(options.loss) {
    if (options.communicator == nullptr) return;
    sum_over_processes_ = [communicator = options.communicator](std::span<double> sums) {
      communicator->all_reduce_sum(
          torch::from_blob(sums.data(), {static_cast<std::int64_t>(sums.size())}, torch::kFloat64));
    };
  }

  torch::Tensor loss_and_gradient(const BatchPart& part) override {
    const torch::Tensor labels = batches_.labels(part.examples);
    const auto* row = part.examples.data_ptr<std::int64_t>();
    const double sum = kernels_.compute(
        {.labels = {labels.data_ptr<std::int64_t>(), static_cast<std::size_t>(part.size())},
         .read_ink = [&](std::int64_t i,
                         float* ink) { batches_.read_ink(row[i], part.epoch, ink); },
         .dropout_seed = part.random_seed,
         .first_place = static_cast<std::uint64_t>(part.first),
         .whole_size = part.batch_size,
         .sum_over_processes = sum_over_processes_},
        loss_);
    if (part.size() == 0) parameters_.gradients.zero_();
    return torch::tensor(sum / static_cast<double>(part.batch_size));
  }

  std::string_view precision() const override { return "bfloat16"; }
  bool has_threads() const override { return true; }

 private:
  Bfloat16Gradient kernels_;
  FlatParameters& parameters_;
  const DigitBatches& batches_;
  LossOptions loss_;
  Bfloat16Gradient::SumOverProcesses sum_over_processes_;
};

std::unique_ptr<GradientEngine> make_autograd(const Classifier& network, FlatParameters& parameters,
                                              const DigitBatches& batches,
                                              const DigitGradientOptions& options, bool bfloat16) {
  return std::make_unique<AutogradGradient>(
      parameters,
      AutogradGradient::Options{
          .device = batches.device(), .bfloat16 = bfloat16, .communicator = options.communicator},
      [network, &batches, loss = options.loss](const torch::Tensor& rows, std::int64_t epoch) {
        Classifier classifier = network;
        const torch::Tensor logits = classifier->forward(batches.ink(rows, epoch));
        return classification_loss(logits.to(torch::kFloat32), batches.labels(rows), loss);
      });
}

}  // namespace

std::unique_ptr<GradientEngine> make_digit_gradient(const Classifier& network,
                                                    FlatParameters& parameters,
                                                    const DigitBatches& batches,
                                                    const DigitGradientOptions& options) {
  const torch::Device device = batches.device();
  const bool has_bfloat16_kernels = Bfloat16Gradient::supports(network->layers, device);
  const bool faster =
      torch_multiplies_bfloat16(device) || (has_bfloat16_kernels && Bfloat16Gradient::native());
  const bool bfloat16 = computes_in_bfloat16(options.precision, faster, options.communicator);
  if (bfloat16 && has_bfloat16_kernels) {
    return std::make_unique<Bfloat16Engine>(network, parameters, batches, options);
  }
  return make_autograd(network, parameters, batches, options, bfloat16);
}

}  // namespace mnist
