// What every layout of prediction_lines.h says about a prediction, each in its own way. Internal to
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

// "?" for a rejected digit; for a page, rows joined as PagePrediction says.
std::string digit_text(const Prediction& prediction);
std::string digit_text(const PagePrediction& page);

// For a page: the lowest of its digits', 0 if there are none.
double confidence(const Prediction& prediction);
double confidence(const PagePrediction& page);

// Null if it was accepted; for a page: that of the first rejected digit.
const char* reason(const Prediction& prediction);
const char* reason(const PagePrediction& page);

// The `count` most probable classes, best first, the lower digit first among equals.
std::vector<int> best_classes(const Prediction& prediction, int count);

}  // namespace mnist::reporting
