#include "mnist/read/evaluate.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

Model untrained(std::uint64_t seed) {
  torch::manual_seed(seed);
  Model model;
  model.network = Classifier(ConvNetOptions{.channels = {4, 8}, .hidden = 16});
  model.path = "model" + std::to_string(seed);
  return model;
}

}  // namespace

TEST_CASE("every image gets its label and ten probabilities", "[read]") {
  const DigitSet digits = generate_digit_set(1030, 1);
  std::vector<Model> models = {untrained(1)};
  const EvaluationInput input = evaluate_models(models, digits, torch::kCPU);
  REQUIRE(input.probabilities.size() == 1030);
  CHECK(input.labels[7] == digits.labels[7].item<int>());
  CHECK(input.seconds > 0);
  CHECK(input.model == "model1");
  CHECK(input.data == "generated digits");
  CHECK(evaluate_predictions(input).images == 1030);
}

TEST_CASE("an ensemble averages its models' probabilities", "[read]") {
  const DigitSet digits = generate_digit_set(20, 1);
  std::vector<Model> first = {untrained(1)};
  std::vector<Model> second = {untrained(2)};
  std::vector<Model> both = {untrained(1), untrained(2)};
  const auto a = evaluate_models(first, digits, torch::kCPU).probabilities;
  const auto b = evaluate_models(second, digits, torch::kCPU).probabilities;
  const auto mean = evaluate_models(both, digits, torch::kCPU).probabilities;
  for (std::size_t i = 0; i < 20; ++i) {
    for (int c = 0; c < kClasses; ++c) CHECK(mean[i][c] == Approx((a[i][c] + b[i][c]) / 2));
  }
}

}  // namespace mnist
