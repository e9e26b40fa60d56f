// The page network's training, on very small networks and few pages.
#include "mnist/train/page_task.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "mnist/gradient/page_loss.h"
#include "mnist/train/trainer.h"

#include "support/torch_catch.h"
#include "unit/train/train_testing.h"

namespace mnist {
namespace {

using testing::Observer;

RunConfig small_run() {
  RunConfig config;
  config.model = PageNetOptions{.channels = 8, .pairs = 1, .ink = 8};
  config.data.pages = 24;
  config.data.validation = 8;
  config.training = {.epochs = 2, .batch_size = 8, .gradient_clip = 5, .ema_decay = 0.9};
  config.training.precision = "float32";
  return config;
}

Trainer trainer_for(const RunConfig& config) {
  return {config, std::make_unique<PageTask>(config, generate_digit_set(50, 1), TaskPlace{}),
          torch::kCPU};
}

torch::Tensor final_weights(Trainer& trainer) {
  return trainer.checkpoint().tensors.at("parameters");
}

PageBatch part_of(const PageBatch& batch, std::int64_t begin, std::int64_t count) {
  PageBatch part = batch;
  for (torch::Tensor* tensor :
       {&part.levels, &part.centres, &part.counted, &part.small, &part.other, &part.sizes,
        &part.ways, &part.owned, &part.ink, &part.inkable}) {
    *tensor = tensor->narrow(0, begin, count);
  }
  return part;
}

}  // namespace

TEST_CASE("a page training that is interrupted and resumed gives the same weights", "[train]") {
  const RunConfig config = small_run();
  Trainer whole = trainer_for(config);
  Observer undisturbed;
  REQUIRE(whole.run(undisturbed) == TrainingOutcome::kFinished);
  Trainer begun = trainer_for(config);
  Observer observer(4);
  REQUIRE(begun.run(observer) == TrainingOutcome::kInterrupted);
  Trainer resumed = trainer_for(config);
  resumed.restore(begun.checkpoint());
  REQUIRE(resumed.run(undisturbed) == TrainingOutcome::kFinished);
  CHECK(torch::equal(final_weights(resumed), final_weights(whole)));
}

TEST_CASE("training on pages lowers the loss, and the model says from where on to find",
          "[train]") {
  RunConfig config = small_run();
  config.training.epochs = 24;
  config.optimizer.learning_rate = 0.01;
  Trainer trainer = trainer_for(config);
  Observer observer;
  trainer.run(observer);
  CHECK(trainer.history().back().train_loss < 0.7 * trainer.history().front().train_loss);
  CHECK(trainer.history().back().validation_loss.has_value());
  const NetworkFile file = trainer.model();
  CHECK(network_name(file.options) == "page");
  const double threshold = metadata_number(file.metadata, "find_above", 0, 1);
  CHECK(threshold >= 0.2);
  CHECK(threshold <= 0.8);
}

TEST_CASE("the loss of parts of a batch adds up to that of the whole", "[train]") {
  torch::manual_seed(1);
  PageNet network(PageNetOptions{.channels = 8, .pairs = 1, .ink = 8});
  network->eval();
  const std::array<std::int64_t, 6> indices = {0, 1, 2, 3, 4, 5};
  const PageBatch batch = draw_page_batch({}, 3, indices);
  const auto loss = [&](const PageBatch& part) {
    const torch::NoGradGuard no_grad;
    const PageMaps maps = network->forward(part.levels.to(torch::kFloat32).div(255));
    return page_loss(maps, part).total.item<double>();
  };
  CHECK((2 * loss(part_of(batch, 0, 2)) + 4 * loss(part_of(batch, 2, 4))) / 6 ==
        Approx(loss(batch)).epsilon(1e-4));
}

TEST_CASE("a page of a batch does not depend on the others", "[train]") {
  const std::array<std::int64_t, 3> some = {7, 2, 9};
  const std::array<std::int64_t, 1> one = {2};
  const PageBatch batch = draw_page_batch({}, 5, some);
  const PageBatch alone = draw_page_batch({}, 5, one);
  CHECK(torch::equal(batch.levels[1], alone.levels[0]));
  CHECK(torch::equal(batch.centres[1], alone.centres[0]));
  CHECK(torch::equal(batch.ways[1], alone.ways[0]));
}

}  // namespace mnist
