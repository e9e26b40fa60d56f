// What every layout of prediction_lines.h says of a prediction, each in its own way. Internal to
// lib/mnist/report. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "mnist/report/prediction_lines.h"

namespace mnist::reporting {

bool accepted(const Prediction& prediction);

bool is_sign(const LocatedPrediction& located);
// ".", ",", "/", "-".
std::string sign_text(const LocatedPrediction& located);

// "?" for what was rejected; of a page, rows joined as PagePrediction says.
std::string digit_text(const Prediction& prediction);
std::string digit_text(const PagePrediction& page);

// Of a page: the lowest of its digits', 0 without any.
double confidence(const Prediction& prediction);
double confidence(const PagePrediction& page);

// Null if it was accepted; of a page: the first digit's that was rejected.
const char* reason(const Prediction& prediction);
const char* reason(const PagePrediction& page);

// The `count` classes of highest probability, best first, the lower digit first among equals.
std::vector<int> best_classes(const Prediction& prediction, int count);

}  // namespace mnist::reporting
