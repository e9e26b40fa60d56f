#include "mnist/read/predictor.h"

#include <cmath>
#include <numeric>

#include "mnist/read/calibration.h"
#include "mnist/read/ensemble.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

Model untrained(double temperature = 1.0) {
  torch::manual_seed(3);
  Model model;
  model.network = Classifier(ConvNetOptions{.channels = {4, 8}, .hidden = 16});
  model.temperature = temperature;
  model.reject_below = 0.0;
  return model;
}

Find stroke(int column) {
  Find find{.score = 1};
  find.first_look.fill(1.0 / kClasses);
  for (int row = 5; row < 23; ++row) find.digit.ink[row * kDigitSide + column] = 1.0F;
  return find;
}

}  // namespace

TEST_CASE("predictions are probabilities, in the order of the digits", "[read]") {
  Predictor predictor(untrained());
  const std::vector<Find> digits = {stroke(10), stroke(14), stroke(10)};
  const auto predictions = predictor.predict(digits);
  REQUIRE(predictions.size() == 3);
  for (const Prediction& prediction : predictions) {
    const auto& p = prediction.probabilities;
    CHECK(std::accumulate(p.begin(), p.end(), 0.0) == Approx(1.0).margin(1e-6));
    CHECK(prediction.confidence == p[*prediction.digit]);
    CHECK_FALSE(prediction.rejection);
  }
  CHECK(predictions[0].probabilities == predictions[2].probabilities);
  CHECK(predictions[0].probabilities != predictions[1].probabilities);
  CHECK(predictor.predict({}).empty());
}

TEST_CASE("more digits than go through the network at once each get their answer", "[read]") {
  Predictor predictor(untrained());
  std::vector<Find> digits;
  for (int i = 0; i < 1030; ++i) digits.push_back(stroke(4 + i % 20));
  const auto predictions = predictor.predict(digits);
  REQUIRE(predictions.size() == 1030);
  for (std::size_t i = 20; i < predictions.size(); ++i) {
    CHECK(predictions[i].confidence == Approx(predictions[i % 20].confidence).epsilon(1e-4));
  }
}

TEST_CASE("what is not a digit is not shown to the network", "[read]") {
  Predictor predictor(untrained());
  const std::vector<Find> finds = {{.kind = FindKind::kHyphen}, {.kind = FindKind::kUnreadable}};
  const auto predictions = predictor.predict(finds);
  CHECK_FALSE(predictions[0].digit);
  CHECK_FALSE(predictions[0].rejection);
  CHECK_FALSE(predictions[1].digit);
  CHECK(predictions[1].rejection == Rejection::kUnsure);
}

TEST_CASE("a network that makes NaN gives no answer", "[read]") {
  Model model = untrained();
  {
    const torch::NoGradGuard no_grad;
    model.network->parameters().back().fill_(std::nan(""));
  }
  const auto prediction = Predictor(model).predict(std::vector{stroke(14)}).front();
  CHECK(prediction.rejection == Rejection::kNotADigit);
  CHECK_FALSE(prediction.digit);
  CHECK(prediction.confidence == 0.0);
}

TEST_CASE("the first look of the page network has a say", "[read]") {
  Find find = stroke(14);
  Predictor predictor(untrained());
  const Prediction alone = predictor.predict(std::vector{find}).front();
  const int other = (*alone.digit + 1) % 10;
  find.first_look.fill(0.01);
  find.first_look[other] = 0.91;
  const Prediction both = predictor.predict(std::vector{find}).front();
  CHECK(both.probabilities[other] > alone.probabilities[other]);
}

TEST_CASE("all scales that show a digit have a say, in their own batches too", "[read]") {
  Find find = stroke(14);
  Predictor predictor(untrained());
  const Prediction alone = predictor.predict(std::vector{find}).front();
  find.coarser = {find.digit, find.digit};
  const Prediction same = predictor.predict(std::vector{find}).front();
  CHECK(same.confidence == Approx(alone.confidence));
  CHECK(same.acceptance == Approx(alone.acceptance));
  find.coarser = {stroke(8).digit};
  const auto both = predictor.predict(std::vector{stroke(8), find, stroke(14)});
  REQUIRE(both.size() == 3);
  const int digit = *both[0].digit;
  CHECK(both[1].probabilities[digit] > both[2].probabilities[digit]);
  CHECK(both[1].probabilities[digit] < both[0].probabilities[digit]);
  CHECK(both[2].confidence == Approx(alone.confidence));
}

TEST_CASE("a view counts as far as it is accepted as a digit", "[read]") {
  Answers answers{.probabilities = torch::zeros({3, 10}, torch::kFloat64),
                  .acceptance = torch::tensor({0.5, 0.9, 0.1}, torch::kFloat64)};
  answers.probabilities[0][0] = 1;
  answers.probabilities[1][4] = 1;
  answers.probabilities[2][6] = 1;
  const MeanAnswer both = mean_answer(answers, 1, 2);
  CHECK(both.probabilities[4] == Approx(0.9));
  CHECK(both.probabilities[6] == Approx(0.1));
  CHECK(both.acceptance == Approx(0.82));
  CHECK(mean_answer(answers, 0, 1).probabilities[0] == 1.0);
  answers.acceptance.zero_();
  CHECK(mean_answer(answers, 1, 2).probabilities[4] == Approx(0.5));
}

TEST_CASE("confidence below the threshold is rejected as unsure, with its guess", "[read]") {
  const std::vector<Find> digits = {stroke(14)};
  const auto rejected = Predictor(untrained(), {.reject_below = 1.0}).predict(digits).front();
  CHECK(rejected.rejection == Rejection::kUnsure);
  CHECK(rejected.digit);
  const auto accepted =
      Predictor(untrained(), {.reject_below = 1.0, .reject = false}).predict(digits).front();
  CHECK_FALSE(accepted.rejection);
}

TEST_CASE("an image that the network hardly accepts is rejected as not a digit", "[read]") {
  const std::vector<Find> digits = {stroke(14)};
  Model model = untrained();
  model.accept_above = 1.0;
  const auto rejected = Predictor(model).predict(digits).front();
  CHECK(rejected.rejection == Rejection::kNotADigit);
  CHECK(rejected.digit);
  CHECK(rejected.acceptance > 0);
  CHECK(rejected.acceptance < 1);
  CHECK_FALSE(Predictor(model, {.reject = false}).predict(digits).front().rejection);
}

TEST_CASE("acceptance is the share of the ten classes beside an eleventh of logit 0", "[read]") {
  const torch::Tensor logits = torch::full({1, 10}, -2.0);
  CHECK(acceptance_of(logits).item<double>() ==
        Approx(10 * std::exp(-2.0) / (1 + 10 * std::exp(-2.0))));
}

TEST_CASE("the acceptance threshold turns away its share of digits, or is one half", "[read]") {
  const torch::Tensor acceptance = torch::linspace(0.6, 1.0, 1001);
  const double threshold = fit_acceptance_threshold(acceptance, 0.01);
  CHECK((acceptance < threshold).sum().item<std::int64_t>() == 10);
  CHECK(fit_acceptance_threshold(acceptance - 0.5, 0.01) == 0.5);
  CHECK(fit_acceptance_threshold(torch::empty({0}), 0.01) == 0.5);
}

TEST_CASE("a find that is hardly there is hardly accepted", "[read]") {
  Find find = stroke(14);
  Predictor predictor(untrained());
  const double sure = predictor.predict(std::vector{find}).front().acceptance;
  find.score = 0.5;
  CHECK(predictor.predict(std::vector{find}).front().acceptance == Approx(sure / 2));
}

TEST_CASE("a higher temperature lowers confidence and keeps the digit", "[read]") {
  const std::vector<Find> digits = {stroke(14)};
  const auto sharp = Predictor(untrained(0.1)).predict(digits).front();
  const auto flat = Predictor(untrained(10)).predict(digits).front();
  CHECK(sharp.digit == flat.digit);
  CHECK(sharp.confidence > flat.confidence);
}

TEST_CASE("the fitted temperature finds the scale that logits were spoilt by", "[read]") {
  torch::manual_seed(5);
  const torch::Tensor honest = torch::randn({20000, 10}) * 2;
  const torch::Tensor labels = honest.softmax(1).multinomial(1).squeeze(1);
  CHECK(fit_temperature(honest * 3, labels) == Approx(3.0).epsilon(0.05));
  CHECK(fit_temperature(honest / 2, labels) == Approx(0.5).epsilon(0.05));
  CHECK(fit_temperature(torch::empty({0, 10}), torch::empty({0}, torch::kInt64)) == 1.0);
}

}  // namespace mnist
