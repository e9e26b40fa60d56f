// models/digits.safetensors against shipped_logits.json, made by
// scripts/reference/logits_reference.py with only NumPy.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "mnist/digit/digit.h"
#include "mnist/model/model_file.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

// Ink of a stroke three pixels wide, from the distance to its middle.
double stroke(double distance) { return std::clamp(2.0 - distance, 0.0, 1.0); }

// The same formulas are in logits_reference.py; x and y count from the image's centre.
const std::map<std::string, std::function<double(double, double)>> kDrawings = {
    {"ring", [](double x, double y) { return stroke(std::abs(std::hypot(1.4 * x, y) - 8.5)); }},
    {"bar", [](double x, double y) { return std::abs(y) < 10 ? stroke(std::abs(x)) : 0.0; }},
    {"cross",
     [](double x, double y) {
       const bool inside = std::max(std::abs(x), std::abs(y)) < 9;
       return inside ? stroke(std::min(std::abs(x), std::abs(y))) : 0.0;
     }},
    {"paper", [](double, double) { return 0.0; }},
};

torch::Tensor drawn(const std::function<double(double, double)>& ink) {
  torch::Tensor image = torch::empty({1, 1, kDigitSide, kDigitSide});
  constexpr double kCentre = (kDigitSide - 1) / 2.0;
  for (int y = 0; y < kDigitSide; ++y) {
    for (int x = 0; x < kDigitSide; ++x) image[0][0][y][x] = ink(x - kCentre, y - kCentre);
  }
  return image;
}

}  // namespace

TEST_CASE("the shipped model's logits are those that NumPy computes from its file", "[model]") {
  std::ifstream file(MNIST_SOURCE_DIR "/tests/unit/model/shipped_logits.json");
  const nlohmann::json expected = nlohmann::json::parse(file);
  REQUIRE(expected.size() == kDrawings.size());
  Model model = load_model(MNIST_SOURCE_DIR "/models/digits.safetensors");
  const torch::NoGradGuard no_grad;
  for (const auto& [name, ink] : kDrawings) {
    INFO(name);
    const torch::Tensor logits = model.network->forward(drawn(ink)).squeeze(0);
    for (int c = 0; c < kClasses; ++c) {
      CHECK(logits[c].item<double>() == Approx(expected.at(name)[c].get<double>()).margin(1e-3));
    }
  }
}

}  // namespace mnist
