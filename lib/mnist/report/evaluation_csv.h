// An evaluation for spreadsheets and data frames: one value per line. Thread-safe.
#pragma once

#include <string>

#include "mnist/metrics/evaluation.h"

namespace mnist {

// Header `model,data,metric,class,predicted,value`, then one line per number ("long form": it
// filters and pivots in one step, and evaluations can be concatenated). `value` is unrounded, `nan`
// if undefined; `class` and `predicted` are empty if they do not apply. docs/formats.md lists the
// metrics.
std::string evaluation_csv(const EvaluationResult& result);

}  // namespace mnist
