// The gradient of a classifier of digits: by autograd, or by kernels written for it. The choice
// between them is made only here.
#pragma once

#include <memory>
#include <string>

#include "mnist/data/digit_batches.h"
#include "mnist/gradient/flat_parameters.h"
#include "mnist/gradient/gradient_engine.h"
#include "mnist/gradient/loss.h"
#include "mnist/model/classifier.h"
#include "mnist/parallel/communicator.h"

namespace mnist {

struct DigitGradientOptions {
  LossOptions loss{};
  std::string precision = "auto";        // float32, bfloat16, auto: TrainingConfig::precision
  int threads = 1;                       // of the kernels, this one included
  Communicator* communicator = nullptr;  // null: one process; must outlive the engine
};

// The fastest engine for this network, these digits (whose rows are the examples) and
// batches.device(), where the network is. All three must outlive it. Throws what the communicator
// throws.
std::unique_ptr<GradientEngine> make_digit_gradient(const Classifier& network,
                                                    FlatParameters& parameters,
                                                    const DigitBatches& batches,
                                                    const DigitGradientOptions& options);

}  // namespace mnist
