// What the flags mean, and doing it.
#pragma once

#include <istream>
#include <ostream>

#include "mnist/model/model_file.h"
#include "mnist/read/finder.h"
#include "mnist/read/predictor.h"

#include "predict/flags.h"

namespace mnist::app::predict {

struct Job {
  Flags flags;
  int threads;
  int threads_of_each;  // while preparing a picture
  Finder finder;
  Predictor predictor;
};

// Loads the models and finds the device. Throws Error.
Job resolve(const Flags& flags);

// Reads every picture; lines go to `out`, unreadable pictures are reported on stderr. Returns the
// exit code: kFailure if a picture could not be read, else kConditionMet if one was rejected and
// --fail-on-reject was given, else kSuccess. Throws BrokenPipe if `out` has no reader.
int run(Job& job, std::istream& in, std::ostream& out);

}  // namespace mnist::app::predict
