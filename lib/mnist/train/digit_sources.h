// The digits that a config names, read and divided. Internal to lib/mnist/train.
#pragma once

#include "mnist/train/config.h"
#include "mnist/train/digit_task.h"
#include "mnist/train/task.h"

namespace mnist {

// The IDX pair of data.train_images, then data.sources in their order, divided by data.validation.
// The names of several are joined by " + ", their digests hashed together. Throws what reading them
// or the test set throws (an absent test set is not an error), and Error{kUsage} if nothing is left
// to train on.
TrainingDigits load_training_digits(const RunConfig& config, const TaskPlace& place);

// Whether both files of data.test_images and data.test_labels are there, plain or packed. Throws
// Error{kIo} if the system does not say.
bool has_test_set(const RunConfig& config, const TaskPlace& place);

}  // namespace mnist
