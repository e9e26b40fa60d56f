// Training on a CUDA device: what it computes, and that it computes the same again.
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/cuda.h>

#include "mnist/read/inference.h"

#include "support/environment.h"
#include "support/torch_catch.h"
#include "unit/model/several_options.h"
#include "unit/train/train_testing.h"

namespace mnist {
namespace {

using testing::convnet_of;
using testing::digit_task;
using testing::Observer;

// A network of each kind, trained on varied digits and on images that are not digits.
RunConfig run_of(const NetworkOptions& model, const std::string& precision) {
  RunConfig config;
  config.model = model;
  convnet_of(config).dropout = 0.2;
  config.data.outliers = 20;
  config.training = {.epochs = 3,
                     .batch_size = 32,
                     .label_smoothing = 0.1,
                     .gradient_clip = 1.0,
                     .ema_decay = 0.9,
                     .precision = precision};
  config.optimizer = {.name = "muon", .learning_rate = 0.02, .adam_learning_rate = 0.002};
  config.augmentation = {.shift = 2, .rotation = 10, .elastic = 1};
  return config;
}

std::unique_ptr<Trainer> trainer_for(const RunConfig& config, torch::Device device) {
  return std::make_unique<Trainer>(
      config, digit_task(config, generate_digit_set(100, 1), generate_digit_set(40, 2), device),
      device);
}

// The weights at the end of a run that is interrupted after each of these steps, and resumed.
torch::Tensor trained_on_cuda(const RunConfig& config, const std::vector<std::int64_t>& stops) {
  auto trainer = trainer_for(config, torch::kCUDA);
  for (const std::int64_t stop : stops) {
    Observer observer(stop);
    REQUIRE(trainer->run(observer) == TrainingOutcome::kInterrupted);
    const Checkpoint checkpoint = trainer->checkpoint();
    trainer = trainer_for(config, torch::kCUDA);
    trainer->restore(checkpoint);
  }
  Observer undisturbed;
  REQUIRE(trainer->run(undisturbed) == TrainingOutcome::kFinished);
  return trainer->checkpoint().tensors.at("parameters");
}

void need_cuda() {
  if (!torch::cuda::is_available()) testing::skip("no CUDA device here");
}

constexpr auto kWithoutDropout = [](auto& options) {
  if constexpr (requires { options.dropout; }) options.dropout = 0;
};

}  // namespace

TEST_CASE("on CUDA: the same seed gives the same weights, interrupted and resumed or not",
          "[train][needs-cuda]") {
  need_cuda();
  for (const char* precision : {"float32", "bfloat16"}) {
    for (const NetworkOptions& model : testing::several_classifiers()) {
      INFO(precision << " " << network_json(model).dump());
      const RunConfig config = run_of(model, precision);
      const torch::Tensor weights = trained_on_cuda(config, {});
      CHECK(weights.isfinite().all().item<bool>());
      CHECK(torch::equal(trained_on_cuda(config, {}), weights));
      CHECK(torch::equal(trained_on_cuda(config, {1, 6}), weights));
    }
  }
}

TEST_CASE("on CUDA: images that are not varied stay on the device", "[train][needs-cuda]") {
  need_cuda();
  RunConfig config = run_of(ConvNetOptions{.channels = {16, 32}}, "auto");
  config.augmentation = {};
  const torch::Tensor weights = trained_on_cuda(config, {});
  CHECK(weights.isfinite().all().item<bool>());
  CHECK(torch::equal(trained_on_cuda(config, {5}), weights));
}

TEST_CASE("on CUDA: a training does what it does on the CPU", "[train][needs-cuda]") {
  need_cuda();
  for (const char* precision : {"float32", "bfloat16"}) {
    for (const NetworkOptions& model : testing::several_classifiers()) {
      INFO(precision << " " << network_json(model).dump());
      RunConfig config = run_of(model, precision);
      std::visit(kWithoutDropout, config.model);  // each device draws its own
      config.training.epochs = 1;
      config.optimizer.learning_rate = 0.002;
      config.training.precision = "float32";
      const auto expected = trainer_for(config, torch::kCPU);
      config.training.precision = precision;
      const auto actual = trainer_for(config, torch::kCUDA);
      Observer observer;
      expected->run(observer);
      actual->run(observer);
      const EpochMetrics& here = expected->history().back();
      const EpochMetrics& there = actual->history().back();
      CHECK(there.train_loss == Approx(here.train_loss).epsilon(0.02));
      CHECK(*there.validation_loss == Approx(*here.validation_loss).epsilon(0.05));
    }
  }
}

TEST_CASE("on CUDA: a network's logits are the CPU's", "[train][needs-cuda]") {
  need_cuda();
  const torch::Tensor images = generate_digit_set(100, 1).images;
  for (const NetworkOptions& options : testing::several_classifiers()) {
    INFO(network_json(options).dump());
    Classifier network(options);
    const torch::Tensor expected = infer_logits(network, images, torch::kCPU);
    network->to(torch::kCUDA);
    // TF32 rounds factors to 10 bits.
    CHECK(infer_logits(network, images, torch::kCUDA).allclose(expected, 1e-2, 1e-2));
  }
}

}  // namespace mnist
