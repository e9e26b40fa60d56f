#include "mnist/train/schedule.h"

#include <algorithm>
#include <vector>

#include "support/torch_catch.h"

namespace mnist {
namespace {

std::vector<double> factors(const ScheduleConfig& schedule, std::int64_t total) {
  std::vector<double> values;
  for (std::int64_t step = 0; step < total; ++step) {
    values.push_back(schedule_factor(schedule, step, total, 10));
  }
  return values;
}

}  // namespace

TEST_CASE("warm-up rises to the full rate and no schedule leaves (0,1]", "[train]") {
  for (const char* name : {"constant", "step", "cosine", "one-cycle"}) {
    const auto values = factors({.name = name, .warmup = 0.25}, 40);
    CHECK(values.front() == Approx(0.1));
    CHECK(std::is_sorted(values.begin(), values.begin() + 9));
    CHECK(*std::max_element(values.begin(), values.end()) <= 1.0);
    CHECK(*std::min_element(values.begin(), values.end()) > 0.0);
  }
}

TEST_CASE("warm-up begins at the start fraction", "[train]") {
  const auto values = factors({.name = "one-cycle", .warmup = 0.25, .start_fraction = 0.5}, 40);
  CHECK(values[0] == Approx(0.55));
  CHECK(values[4] == Approx(0.75));
  CHECK(values[9] == Approx(1.0));
}

TEST_CASE("a constant schedule without warm-up never changes", "[train]") {
  for (const double value : factors({.name = "constant", .warmup = 0.0}, 20)) CHECK(value == 1.0);
}

TEST_CASE("a step schedule multiplies its factor in every so many epochs", "[train]") {
  const ScheduleConfig schedule{
      .name = "step", .warmup = 0.0, .step_epochs = 2.0, .step_factor = 0.5};
  const auto values = factors(schedule, 50);  // 10 steps an epoch
  CHECK(values[19] == 1.0);
  CHECK(values[20] == 0.5);
  CHECK(values[40] == 0.25);
}

TEST_CASE("cosine and one-cycle end near the final fraction", "[train]") {
  for (const char* name : {"cosine", "one-cycle"}) {
    const auto values = factors({.name = name, .warmup = 0.1, .final_fraction = 0.05}, 1000);
    CHECK(values.back() == Approx(0.05).margin(0.002));
    CHECK(values[550] == Approx(0.525).margin(0.01));  // half way down
  }
}

}  // namespace mnist
