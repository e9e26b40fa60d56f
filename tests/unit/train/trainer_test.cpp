#include "mnist/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/model/model_file.h"
#include "mnist/read/calibration.h"
#include "mnist/read/inference.h"

#include "support/torch_catch.h"
#include "unit/train/train_testing.h"

namespace mnist {
namespace {

using testing::convnet_of;
using testing::digit_task;
using testing::Observer;

// 100 images in batches of 32: the last of each epoch is smaller.
RunConfig small_run() {
  RunConfig config;
  convnet_of(config).channels = {4, 8};
  convnet_of(config).hidden = 16;
  convnet_of(config).dropout = 0.2;
  config.training = {.epochs = 2.5, .batch_size = 32, .gradient_clip = 1.0, .ema_decay = 0.9};
  config.optimizer.learning_rate = 0.02;
  return config;
}

// With the bfloat16 kernels.
RunConfig bfloat16_run() {
  RunConfig config;
  convnet_of(config).channels = {16, 32};
  convnet_of(config).hidden = 16;
  convnet_of(config).padding = convnet_of(config).pool_last = false;
  config.training = {
      .epochs = 2.5, .batch_size = 32, .label_smoothing = 0.1, .precision = "bfloat16"};
  config.optimizer = {.name = "muon", .learning_rate = 0.1, .adam_learning_rate = 0.01};
  return config;
}

Trainer trainer_for(const RunConfig& config) {
  return {config, digit_task(config, generate_digit_set(100, 1)), torch::kCPU};
}

torch::Tensor final_weights(Trainer& trainer) {
  return trainer.checkpoint().tensors.at("parameters");
}

}  // namespace

TEST_CASE("an interrupted and resumed run gives the same weights bit for bit", "[train]") {
  for (const RunConfig& config : {small_run(), bfloat16_run()}) {
    Trainer whole = trainer_for(config);
    Observer undisturbed;
    REQUIRE(whole.run(undisturbed) == TrainingOutcome::kFinished);
    for (const std::int64_t stop : {1, 4, 6}) {
      Trainer begun = trainer_for(config);
      Observer observer(stop);
      REQUIRE(begun.run(observer) == TrainingOutcome::kInterrupted);
      Trainer resumed = trainer_for(config);
      resumed.restore(begun.checkpoint());
      REQUIRE(resumed.run(undisturbed) == TrainingOutcome::kFinished);
      CHECK(torch::equal(final_weights(resumed), final_weights(whole)));
    }
  }
}

TEST_CASE("a run begins with the weights of another model, if it has the same network", "[train]") {
  RunConfig config = small_run();
  config.training.ema_decay = 0;  // an average has its statistics recomputed
  Trainer first = trainer_for(config);
  Observer observer;
  first.run(observer);
  const NetworkFile trained = first.model();

  config.seed = 2;
  Trainer second = trainer_for(config);
  second.begin_with(trained);
  for (const auto& [name, tensor] : state_of(*second.model().network)) {
    CHECK(torch::equal(tensor, state_of(*trained.network).at(name)));
  }

  convnet_of(config).hidden += 1;
  Trainer other = trainer_for(config);
  CHECK_THROWS_AS(other.begin_with(trained), Error);
}

TEST_CASE("training lowers the loss, by autograd and by the kernels", "[train]") {
  for (RunConfig config : {small_run(), bfloat16_run()}) {
    INFO("optimiser " << config.optimizer.name);
    config.training.epochs = 8;
    Trainer trainer = trainer_for(config);
    Observer observer;
    trainer.run(observer);
    CHECK(trainer.history().back().train_loss < 0.8 * trainer.history().front().train_loss);
  }
}

// What a config changes shows in the weights, by autograd and by the kernels.
TEST_CASE("every option of a training changes the weights", "[train]") {
  using Change = std::function<void(RunConfig&)>;
  const std::vector<std::pair<std::string, Change>> changes = {
      {"seed", [](RunConfig& c) { c.seed = 2; }},
      {"epochs", [](RunConfig& c) { c.training.epochs = 1; }},
      {"batch_size", [](RunConfig& c) { c.training.batch_size = 20; }},
      {"label_smoothing", [](RunConfig& c) { c.training.label_smoothing = 0.3; }},
      {"gradient_clip", [](RunConfig& c) { c.training.gradient_clip = 1e-3; }},
      {"learning_rate", [](RunConfig& c) { c.optimizer.learning_rate *= 2; }},
      {"beta1", [](RunConfig& c) { c.optimizer.beta1 = 0.5; }},
      {"beta2", [](RunConfig& c) { c.optimizer.beta2 = 0.9; }},
      {"epsilon", [](RunConfig& c) { c.optimizer.epsilon = 0.1; }},
      {"schedule", [](RunConfig& c) { c.schedule.name = "constant"; }},
      {"warmup", [](RunConfig& c) { c.schedule.warmup = 0.5; }},
      {"start_fraction", [](RunConfig& c) { c.schedule.start_fraction = 0.5; }},
      {"final_fraction", [](RunConfig& c) { c.schedule.final_fraction = 0.5; }},
      {"augmentation", [](RunConfig& c) { c.augmentation.shift = 2; }},
  };
  for (const RunConfig& config : {small_run(), bfloat16_run()}) {
    Observer observer;
    Trainer plain = trainer_for(config);
    plain.run(observer);
    const auto weights_with = [&](const Change& change) {
      RunConfig other = config;
      change(other);
      Trainer trainer = trainer_for(other);
      trainer.run(observer);
      return final_weights(trainer);
    };
    CHECK(torch::equal(weights_with([](RunConfig&) {}), final_weights(plain)));
    for (const auto& [name, change] : changes) {
      INFO(name << " with " << config.optimizer.name);
      CHECK_FALSE(torch::equal(weights_with(change), final_weights(plain)));
    }
    // And what does not: how often it is saved.
    CHECK(torch::equal(weights_with([](RunConfig& c) { c.training.checkpoint_steps = 1; }),
                       final_weights(plain)));
  }
}

TEST_CASE("dropout and weight decay change the weights", "[train]") {
  Observer observer;
  const auto weights_with = [&](double dropout, double decay) {
    RunConfig config = small_run();
    convnet_of(config).dropout = dropout;
    config.optimizer.weight_decay = decay;
    Trainer trainer = trainer_for(config);
    trainer.run(observer);
    return final_weights(trainer);
  };
  const torch::Tensor plain = weights_with(0, 0);
  CHECK_FALSE(torch::equal(weights_with(0.5, 0), plain));
  CHECK_FALSE(torch::equal(weights_with(0, 0.5), plain));
  CHECK(weights_with(0, 0.5).norm().item<double>() < plain.norm().item<double>());
}

TEST_CASE("the loss is linear in label smoothing while the weights stand still", "[train]") {
  for (RunConfig config : {small_run(), bfloat16_run()}) {
    convnet_of(config).dropout = 0;
    config.optimizer.learning_rate = config.optimizer.adam_learning_rate = 1e-12;
    config.training.epochs = 1;
    const auto loss_at = [&](double smoothing) {
      config.training.label_smoothing = smoothing;
      Trainer trainer = trainer_for(config);
      Observer observer;
      trainer.run(observer);
      return trainer.history().back().train_loss;
    };
    const double none = loss_at(0);
    CHECK(loss_at(0.8) - none == Approx(2 * (loss_at(0.4) - none)).margin(1e-4));
    CHECK(std::abs(loss_at(0.8) - none) > 1e-3);
  }
}

TEST_CASE("no step of sgd is longer than rate times the largest gradient allowed", "[train]") {
  RunConfig config = small_run();
  config.training = {.epochs = 1, .batch_size = 100, .gradient_clip = 0.01};
  config.optimizer = {.name = "sgd", .learning_rate = 0.5, .momentum = 0};
  config.schedule = {.name = "constant", .warmup = 0};
  Trainer trainer = trainer_for(config);
  const torch::Tensor before = final_weights(trainer);
  Observer observer;
  trainer.run(observer);
  const double moved = (final_weights(trainer) - before).norm().item<double>();
  CHECK(moved == Approx(0.5 * 0.01).epsilon(0.01));
}

TEST_CASE("the moving average is that of the weights after every step", "[train]") {
  // Keeps the content of each checkpoint.
  struct Recorder : Observer {
    std::vector<Checkpoint> kept;
    void on_checkpoint(Trainer& trainer) override { kept.push_back(trainer.checkpoint()); }
    void on_epoch(Trainer& trainer, const EpochMetrics&, bool) override { on_checkpoint(trainer); }
  };
  RunConfig config = small_run();
  config.training = {.epochs = 2, .batch_size = 32, .ema_decay = 0.5, .checkpoint_steps = 1};
  Trainer trainer = trainer_for(config);
  torch::Tensor expected = final_weights(trainer);
  Recorder recorder;
  trainer.run(recorder);
  REQUIRE(recorder.kept.size() == 8);  // 4 steps an epoch
  for (std::size_t step = 0; step < recorder.kept.size(); ++step) {
    const double decay = std::min(0.5, (1.0 + step) / (10.0 + step));
    expected = decay * expected + (1 - decay) * recorder.kept[step].tensors.at("parameters");
    CHECK(torch::allclose(recorder.kept[step].tensors.at("average"), expected, 1e-4, 1e-6));
  }
  CHECK_FALSE(torch::equal(recorder.kept.back().tensors.at("average"), final_weights(trainer)));
}

TEST_CASE("a checkpoint is due every so many steps, within an epoch", "[train]") {
  struct Counter : Observer {
    std::vector<std::int64_t> steps;
    void on_checkpoint(Trainer& trainer) override { steps.push_back(trainer.step()); }
  };
  RunConfig config = small_run();
  config.training = {.epochs = 2, .batch_size = 20, .checkpoint_steps = 2};
  Counter counter;
  Trainer trainer = trainer_for(config);  // 5 steps an epoch
  trainer.run(counter);
  CHECK(counter.steps == std::vector<std::int64_t>{2, 4, 6, 8});
  config.training.checkpoint_steps = 0;
  Counter none;
  Trainer without = trainer_for(config);
  without.run(none);
  CHECK(none.steps.empty());
}

struct KeepRecorder : Observer {
  std::vector<bool> kept;
  void on_epoch(Trainer&, const EpochMetrics&, bool keep) override { kept.push_back(keep); }
};

TEST_CASE("without a validation split, the digits among outliers calibrate", "[train]") {
  RunConfig config = small_run();
  config.data.outliers = 60;
  const DigitSet digits = generate_digit_set(40, 1);
  Trainer trainer(config, digit_task(config, digits), torch::kCPU);
  Observer observer;
  trainer.run(observer);
  Model model = model_of(trainer.model());
  const torch::Tensor logits = infer_logits(model.network, digits.images, torch::kCPU);
  CHECK(model.temperature == Approx(fit_temperature(logits, digits.labels)).epsilon(1e-3));
  CHECK(model.temperature != 1.0);
}

TEST_CASE("the weights to keep are those of the most accurate epoch, or of the last", "[train]") {
  RunConfig config = small_run();
  config.training = {.epochs = 12, .batch_size = 32};
  config.optimizer.learning_rate = 0.03;  // too high for the accuracy to rise steadily
  config.schedule = {.name = "constant", .warmup = 0};
  const auto train = [&config](KeepRecorder& observer) {
    Trainer trainer(config,
                    digit_task(config, generate_digit_set(100, 1), generate_digit_set(50, 2)),
                    torch::kCPU);
    trainer.run(observer);
    return trainer.history();
  };
  KeepRecorder best;
  const std::vector<EpochMetrics> history = train(best);
  double highest = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    INFO("epoch " << history[i].epoch);
    CHECK(best.kept[i] == (*history[i].validation_accuracy >= highest));
    highest = std::max(highest, *history[i].validation_accuracy);
  }
  CHECK(std::count(best.kept.begin(), best.kept.end(), false) > 0);

  config.training.best_epoch = "last";
  KeepRecorder last;
  train(last);
  CHECK(last.kept == std::vector<bool>(history.size(), true));
}

TEST_CASE("a run without progress stops early, and so it does when it was killed before it could",
          "[train]") {
  RunConfig config = small_run();
  config.training = {.epochs = 50, .batch_size = 32, .early_stopping = 3};
  config.optimizer.learning_rate = 1e-12;
  convnet_of(config).batch_norm = false;  // its statistics move without a step
  const auto trainer_with_validation = [&] {
    return Trainer(config,
                   digit_task(config, generate_digit_set(100, 1), generate_digit_set(50, 2)),
                   torch::kCPU);
  };
  KeepRecorder observer;
  Trainer trainer = trainer_with_validation();
  CHECK(trainer.run(observer) == TrainingOutcome::kStoppedEarly);
  CHECK(trainer.history().size() == 4);                // none is better than the first
  CHECK(observer.kept == std::vector<bool>(4, true));  // of equals the later is kept
  Trainer resumed = trainer_with_validation();
  resumed.restore(trainer.checkpoint());
  CHECK(resumed.run(observer) == TrainingOutcome::kStoppedEarly);
  CHECK(resumed.history().size() == 4);
}

}  // namespace mnist
