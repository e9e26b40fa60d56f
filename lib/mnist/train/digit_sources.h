// The digits that a config names, read and divided. Internal to lib/mnist/train.
#pragma once

#include <string>
#include <vector>

#include "mnist/data/digit_set.h"
#include "mnist/train/config.h"
#include "mnist/train/task.h"

namespace mnist {

struct TrainingDigits {
  DigitSet training{};  // each image as often as its source's weight says
  DigitSet validation{};
  DigitSet others{};  // what is labelled as no digit, to train on besides; kOutlierLabel
  std::vector<std::string> remarks{};  // what is odd about them, one line each
};

// The IDX pair of data.train_images, then data.sources in their order, divided by data.validation.
// The names of several are joined by " + ", their digests hashed together. Throws what reading them
// or the test set throws (none is no error), and Error{kUsage} if nothing is left to train on.
TrainingDigits load_training_digits(const RunConfig& config, const TaskPlace& place);

}  // namespace mnist
