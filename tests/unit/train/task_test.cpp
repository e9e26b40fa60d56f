// Training that is not the classifier's: what the trainer does for any task.
#include "mnist/train/task.h"

#include <map>
#include <memory>
#include <string>

#include "mnist/base/random.h"
#include "mnist/gradient/autograd_gradient.h"
#include "mnist/model/classifier.h"
#include "mnist/train/trainer.h"

#include "support/torch_catch.h"
#include "unit/train/train_testing.h"

namespace mnist {
namespace {

using testing::convnet_of;
using testing::Observer;

// Learns how much ink is in images that are made on demand: no labels, no set.
class InkTask : public TrainingTask {
 public:
  explicit InkTask(std::uint64_t seed) : seed_(seed) {}

  TaskSize size() const override { return {.examples = 60, .given = 60, .held_out = 20}; }

  std::unique_ptr<GradientEngine> make_gradient(const std::shared_ptr<torch::nn::Module>& network,
                                                FlatParameters& parameters) override {
    return std::make_unique<AutogradGradient>(
        parameters, AutogradGradient::Options{},
        [this, network](const torch::Tensor& examples, std::int64_t epoch) {
          seen_.add_(examples.size(0));
          return loss(*network, examples, epoch);
        });
  }

  void show(torch::nn::Module& network, const torch::Tensor& examples,
            std::int64_t epoch) override {
    dynamic_cast<ClassifierImpl&>(network).forward(images(examples, epoch));
    shown_ += examples.size(0);
  }
  std::int64_t statistics_examples() const override { return 20; }

  Validation validate(const std::shared_ptr<torch::nn::Module>& network) override {
    const torch::NoGradGuard no_grad;
    const double held_out = loss(*network, torch::arange(20), -1).item<double>();
    return {.loss = held_out, .accuracy = 1 / (1 + held_out), .further = {{"error", held_out}}};
  }

  std::map<std::string, std::string> calibrate(
      const std::shared_ptr<torch::nn::Module>& /*network*/) override {
    return {{"unit", "\"ink\""}};
  }
  std::map<std::string, torch::Tensor> state() override { return {{"seen", seen_}}; }
  nlohmann::json data_record() const override { return {{"generator", "ink 1"}}; }
  bool has_same_data(const nlohmann::json& record) const override {
    return record == data_record();
  }

  std::int64_t shown() const { return shown_; }

 private:
  torch::Tensor images(const torch::Tensor& examples, std::int64_t epoch) const {
    torch::Tensor images = torch::empty({examples.size(0), 1, 28, 28});
    for (std::int64_t i = 0; i < examples.size(0); ++i) {
      auto place = static_cast<std::uint64_t>((epoch << 20) + examples[i].item<std::int64_t>());
      for (std::int64_t y = 0; y < 28; ++y) {
        const auto grey = static_cast<double>(mix_seed(seed_, place * 28 + y) >> 11) * 0x1p-53;
        images[i][0][y].fill_(grey);
      }
    }
    return images;
  }

  torch::Tensor loss(torch::nn::Module& network, const torch::Tensor& examples,
                     std::int64_t epoch) const {
    const torch::Tensor ink = images(examples, epoch);
    const torch::Tensor guess = dynamic_cast<ClassifierImpl&>(network).forward(ink).mean(1);
    return (guess - 10 * ink.mean({1, 2, 3})).pow(2).mean();
  }

  std::uint64_t seed_;
  torch::Tensor seen_ = torch::zeros({}, torch::kInt64);
  std::int64_t shown_ = 0;
};

RunConfig ink_run() {
  RunConfig config;
  convnet_of(config) = {.channels = {4, 8}, .hidden = 16};
  config.training = {.epochs = 3, .batch_size = 16, .ema_decay = 0.9};
  config.optimizer.learning_rate = 0.01;
  return config;
}

Trainer ink_trainer(const RunConfig& config) {
  return {config, std::make_unique<InkTask>(config.seed), torch::kCPU};
}

}  // namespace

TEST_CASE("a task without labels, images or logits trains, with its figures and its state",
          "[train]") {
  const RunConfig config = ink_run();
  Trainer trainer = ink_trainer(config);
  Observer observer;
  CHECK(trainer.run(observer) == TrainingOutcome::kFinished);
  REQUIRE(trainer.history().size() == 3);
  const EpochMetrics& last = trainer.history().back();
  CHECK(last.train_loss < 0.5 * trainer.history().front().train_loss);
  CHECK(last.further.at("error") == *last.validation_loss);
  CHECK(to_json(last)["error"] == *last.validation_loss);
  CHECK(epoch_metrics_from_json(to_json(last)).further == last.further);
  CHECK(trainer.precision() == "float32");
  CHECK(trainer.checkpoint().tensors.at("task.seen").item<std::int64_t>() == 3 * 60);
  // Averaged weights have their own statistics, from as many examples as the task wants.
  CHECK(dynamic_cast<const InkTask&>(trainer.task()).shown() == 3 * 32);
  const NetworkFile model = trainer.model();
  CHECK(model.metadata == std::map<std::string, std::string>{{"unit", "\"ink\""}});
  CHECK(model.options == config.model);
}

TEST_CASE("any task's run, interrupted and resumed, gives the same weights bit for bit",
          "[train]") {
  const RunConfig config = ink_run();
  Trainer whole = ink_trainer(config);
  Observer undisturbed;
  whole.run(undisturbed);
  Trainer begun = ink_trainer(config);
  Observer observer(6);
  REQUIRE(begun.run(observer) == TrainingOutcome::kInterrupted);
  Trainer resumed = ink_trainer(config);
  resumed.restore(begun.checkpoint());
  resumed.run(undisturbed);
  for (const auto& [name, tensor] : whole.checkpoint().tensors) {
    INFO(name);
    CHECK(torch::equal(resumed.checkpoint().tensors.at(name), tensor));
  }
}

}  // namespace mnist
