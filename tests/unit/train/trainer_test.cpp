#include "mnist/train/trainer.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

class Observer : public TrainingObserver {
 public:
  explicit Observer(std::int64_t stop_after = -1) : stop_after_(stop_after) {}
  void on_step(const StepProgress& progress) override { step_ = progress.step; }
  void on_epoch(Trainer&, const EpochMetrics&, bool) override {}
  bool interrupted() override { return step_ == stop_after_; }

 private:
  std::int64_t stop_after_;
  std::int64_t step_ = 0;
};

// 100 images in batches of 32: the last of each epoch is no multiple of anything.
RunConfig small_run() {
  RunConfig config;
  config.model.channels = {4, 8};
  config.model.hidden = 16;
  config.model.dropout = 0.2;
  config.training = {.epochs = 2.5, .batch_size = 32, .gradient_clip = 1.0, .ema_decay = 0.9};
  config.optimizer.learning_rate = 0.02;
  return config;
}

// The network that has kernels of its own.
RunConfig fused_run() {
  RunConfig config;
  config.model.padding = config.model.batch_norm = config.model.pool_last = false;
  config.training = {.epochs = 2.5, .batch_size = 32, .label_smoothing = 0.1};
  config.optimizer = {.name = "muon", .learning_rate = 0.1, .adam_learning_rate = 0.01};
  return config;
}

Trainer trainer_for(const RunConfig& config) {
  return {config, generate_digit_set(100, 1), {}, torch::kCPU};
}

torch::Tensor final_weights(Trainer& trainer) {
  return trainer.checkpoint().tensors.at("parameters");
}

}  // namespace

TEST_CASE("an interrupted and resumed run gives the same weights bit for bit", "[train]") {
  for (const RunConfig& config : {small_run(), fused_run()}) {
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

TEST_CASE("training lowers the loss, by autograd and by the fused kernels", "[train]") {
  for (RunConfig config : {small_run(), fused_run()}) {
    INFO("optimiser " << config.optimizer.name);
    config.training.epochs = 8;
    Trainer trainer = trainer_for(config);
    Observer observer;
    trainer.run(observer);
    CHECK(trainer.history().back().train_loss < 0.8 * trainer.history().front().train_loss);
  }
}

}  // namespace mnist
