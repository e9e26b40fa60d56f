// What the flags mean, and doing it.
#pragma once

#include <optional>
#include <ostream>
#include <vector>

#include "mnist/model/model_file.h"

#include "eval/flags.h"

namespace mnist::app::eval {

struct Job {
  Flags flags;
  torch::Device device;
  int threads = 0;
  std::vector<Model> models;
  std::optional<Model> other;  // --compare
};

// Loads the models and finds the device. Throws Error.
Job resolve(const Flags& flags);

// Prints the report to `out`. Returns kFailure if a picture could not be read, kConditionMet if
// accuracy is below --min-accuracy, else kSuccess.
int run(Job& job, std::ostream& out);

}  // namespace mnist::app::eval
