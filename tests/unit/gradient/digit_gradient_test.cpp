#include "mnist/gradient/digit_gradient.h"

#include <string>

#include "mnist/data/digit_set.h"
#include "mnist/gradient/bfloat16/bfloat16_gradient.h"

#include "support/torch_catch.h"
#include "unit/gradient/gradient_testing.h"

namespace mnist {
namespace {

const ConvNetOptions kPlain{
    .channels = {32, 64}, .hidden = 128, .padding = false, .batch_norm = false, .pool_last = false};
const ConvNetOptions kNormalized{.channels = {16, 32}, .hidden = 16};
const ConvNetOptions kNarrow{.channels = {4, 8}, .hidden = 16};

// The engine that training with these gets.
struct Choice {
  std::string precision;
  bool kernels;

  bool operator==(const Choice&) const = default;
};

Choice choice(const NetworkOptions& options, const DigitGradientOptions& wanted,
              const AugmentationOptions& variations = {}) {
  Classifier network(options);
  FlatParameters parameters(*network);
  const DigitBatches batches(generate_digit_set(20, 1), variations, 1, torch::kCPU);
  const auto engine = make_digit_gradient(network, parameters, batches, wanted);
  return {std::string(engine->precision()), engine->has_threads()};
}

}  // namespace

TEST_CASE("each training gets the fastest gradient that knows it", "[gradient]") {
  CHECK(choice(kNormalized, {.precision = "bfloat16"}) == Choice{"bfloat16", true});
  CHECK(choice(kNormalized, {.loss = {.not_a_digit = true}, .precision = "bfloat16"},
               {.shift = 2}) == Choice{"bfloat16", true});
}

TEST_CASE("what the kernels do not know is left to autograd", "[gradient]") {
  CHECK(choice(kPlain, {.precision = "bfloat16"}) == Choice{"bfloat16", false});
  CHECK(choice(kPlain, {.precision = "auto"}) == Choice{"float32", false});
  CHECK(choice(kNormalized, {.precision = "float32"}) == Choice{"float32", false});
  CHECK(choice(kNarrow, {.precision = "bfloat16"}) == Choice{"bfloat16", false});
  CHECK(choice(kNarrow, {.precision = "auto"}) == Choice{"float32", false});
  CHECK(choice(ResidualOptions{.channels = {16}}, {.precision = "bfloat16"}) ==
        Choice{"bfloat16", false});
}

TEST_CASE("auto is bfloat16 where this processor multiplies it", "[gradient]") {
  const bool native = Bfloat16Gradient::native();
  CHECK(choice(kNormalized, {.precision = "auto"}) ==
        Choice{native ? "bfloat16" : "float32", native});
}

TEST_CASE("the engines' shares of a batch add up to its gradient", "[gradient]") {
  const DigitBatches batches(generate_digit_set(96, 1), {}, 1, torch::kCPU);
  const torch::Tensor rows = torch::arange(96).flip(0);
  for (const ConvNetOptions& options : {kPlain, kNarrow}) {
    torch::manual_seed(1);
    ConvNetOptions plain = options;
    plain.batch_norm = false;  // else a part alone is not a share of the whole
    Classifier network(plain);
    FlatParameters parameters(*network);
    const auto engine =
        make_digit_gradient(network, parameters, batches, {.precision = "float32", .threads = 2});
    const auto part = [&](std::int64_t first, std::int64_t size) {
      parameters.gradients.fill_(77);
      return engine
          ->loss_and_gradient(
              {.examples = rows.narrow(0, first, size), .first = first, .batch_size = 96})
          .item<double>();
    };
    const double loss = part(0, 96);
    const torch::Tensor whole = parameters.gradients.clone();
    double sum = part(0, 64);
    torch::Tensor gradients = parameters.gradients.clone();
    sum += part(64, 32);
    gradients += parameters.gradients;
    CHECK(sum == Approx(loss).epsilon(1e-5));
    CHECK((gradients - whole).norm().item<double>() < 1e-4 * whole.norm().item<double>());
  }
}

}  // namespace mnist
