// An evaluation for people. docs/formats.md shows one. Thread-safe.
#pragma once

#include <string>

#include "mnist/metrics/evaluation.h"

namespace mnist {

// scikit-learn's classification_report, byte for byte (digits=4; undefined scores "nan").
std::string classification_report(const EvaluationResult& result);

// The table of counts, its header saying that rows are the truth.
std::string confusion_table(const ConfusionMatrix& confusion);

// The whole report: the two above, then accuracy with its interval, loss, calibration, speed, and,
// if the result has them, rejection, sources and the comparison with another model.
std::string evaluation_text(const EvaluationResult& result);

}  // namespace mnist
