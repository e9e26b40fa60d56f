#include "mnist/gradient/loss.h"

#include <cmath>

#include <torch/nn/functional/loss.h>

#include "support/torch_catch.h"

namespace mnist {

namespace F = torch::nn::functional;

TEST_CASE("without the eleventh class the loss is Torch's cross-entropy", "[gradient]") {
  torch::manual_seed(1);
  const torch::Tensor logits = torch::randn({50, 10});
  const torch::Tensor labels = torch::randint(0, 10, {50}, torch::kInt64);
  const double expected =
      F::cross_entropy(logits, labels, F::CrossEntropyFuncOptions().label_smoothing(0.2))
          .item<double>();
  CHECK(classification_loss(logits, labels, {.smoothing = 0.2}).item<double>() == Approx(expected));
}

TEST_CASE("the eleventh class has logit 0", "[gradient]") {
  const torch::Tensor logits = torch::zeros({1, 10});
  logits[0][3] = 2.0;
  const torch::Tensor none = torch::full({1}, kOutlierLabel, torch::kInt64);
  // p(not a digit) = 1 / (1 + 9 + e^2)
  CHECK(classification_loss(logits, none, {.smoothing = 0.3, .not_a_digit = true}).item<double>() ==
        Approx(std::log(10 + std::exp(2.0))));
}

TEST_CASE("the gradient by hand is autograd's", "[gradient]") {
  torch::manual_seed(2);
  for (const bool not_a_digit : {false, true}) {
    const LossOptions options{.smoothing = 0.1, .not_a_digit = not_a_digit};
    torch::Tensor logits = torch::randn({40, 10}).mul_(4).requires_grad_();
    const torch::Tensor labels = torch::arange(40) % (not_a_digit ? 11 : 10);
    const torch::Tensor mean = classification_loss(logits, labels, options);
    mean.backward();
    torch::Tensor rows = logits.detach().clone();
    double sum = 0;
    for (std::int64_t i = 0; i < 40; ++i) {
      sum += classification_loss_backward(labels[i].item<std::int64_t>(), options, 1.0F / 40,
                                          rows[i].data_ptr<float>());
    }
    CHECK(sum / 40 == Approx(mean.item<double>()).epsilon(1e-5));
    CHECK((rows - logits.grad()).abs().max().item<double>() < 1e-6);
  }
}

}  // namespace mnist
