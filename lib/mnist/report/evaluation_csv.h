// An evaluation for spreadsheets and data frames: one value to a line. Thread-safe.
#pragma once

#include <string>

#include "mnist/metrics/evaluation.h"

namespace mnist {

// Header `model,data,metric,class,predicted,value`, then one line per number ("long form": it
// filters and pivots in one step, and evaluations can be put below each other). `value` is
// unrounded, `nan` where undefined; `class` and `predicted` are empty where they mean nothing.
// docs/formats.md lists the metrics.
std::string evaluation_csv(const EvaluationResult& result);

}  // namespace mnist
