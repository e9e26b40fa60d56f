#include "mnist/train/schedule.h"

#include <cmath>
#include <numbers>

namespace mnist {
namespace {

// From 1 at `progress` 0 to `last` at 1.
double cosine(double progress, double last) {
  return last + (1 - last) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

double linear(double progress, double last) { return 1 - (1 - last) * progress; }

}  // namespace

double schedule_factor(const ScheduleConfig& schedule, std::int64_t step, std::int64_t total,
                       std::int64_t steps_per_epoch) {
  const double warmup_steps = schedule.warmup * static_cast<double>(total);
  const double position = static_cast<double>(step) + 1;  // the first step already moves
  if (position < warmup_steps) {
    return schedule.start_fraction + (1 - schedule.start_fraction) * position / warmup_steps;
  }
  if (schedule.name == "step") {
    const double epochs = static_cast<double>(step) / static_cast<double>(steps_per_epoch);
    return std::pow(schedule.step_factor, std::floor(epochs / schedule.step_epochs));
  }
  const double progress =
      (position - warmup_steps) / (static_cast<double>(total) + 1 - warmup_steps);
  if (schedule.name == "cosine") return cosine(progress, schedule.final_fraction);
  if (schedule.name == "one-cycle") return linear(progress, schedule.final_fraction);
  return 1.0;
}

}  // namespace mnist
