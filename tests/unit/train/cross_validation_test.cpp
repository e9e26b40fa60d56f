#include "mnist/train/cross_validation.h"

#include <numeric>

#include "mnist/base/error.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

RunConfig quick_config() {
  RunConfig config;
  config.model = ConvNetOptions{.channels = {8}, .hidden = 16};
  config.training.epochs = 2;
  config.training.batch_size = 32;
  config.seed = 9;
  return config;
}

}  // namespace

TEST_CASE("every image is judged by a network that has not seen it", "[train]") {
  DigitSet digits = generate_digit_set(200, 4);
  // Its label says 3, though it is an 8 and there is no other like it: only a network that has
  // learned this image would believe it.
  digits.labels[8] = 3;
  std::vector<double> progress;
  const auto judge = [&] {
    return cross_validated_probabilities(
        quick_config(), digits,
        {.folds = 4, .on_progress = [&](double done) { progress.push_back(done); }});
  };
  const std::vector<Probabilities> probabilities = judge();
  REQUIRE(probabilities.size() == 200);
  for (const Probabilities& row : probabilities) {
    CHECK(std::accumulate(row.begin(), row.end(), 0.0) == Approx(1.0));
  }
  CHECK(std::ranges::is_sorted(progress));
  CHECK(progress.back() == 1.0);
  CHECK((judge() == probabilities));
}

TEST_CASE("cross-validation that is interrupted gives nothing", "[train]") {
  int steps = 0;
  const auto probabilities =
      cross_validated_probabilities(quick_config(), generate_digit_set(100, 4),
                                    {.folds = 2, .interrupted = [&] { return ++steps > 5; }});
  CHECK(probabilities.empty());
}

TEST_CASE("cross-validation refuses what would judge seen images, or none", "[train]") {
  const DigitSet digits = generate_digit_set(10, 4);
  CHECK_THROWS_AS(cross_validated_probabilities(quick_config(), digits, {.folds = 1}), Error);
  CHECK_THROWS_AS(cross_validated_probabilities(quick_config(), digits, {.folds = 11}), Error);
  RunConfig config = quick_config();
  config.training.start_from = "models/digits.safetensors";
  CHECK_THROWS_AS(cross_validated_probabilities(config, digits, {.folds = 2}), Error);
  // A config's data section is for its own training.
  config = quick_config();
  config.data.finds = 100;
  config.data.outliers = 100;
  CHECK(cross_validated_probabilities(config, digits, {.folds = 2}).size() == 10);
}

}  // namespace mnist
