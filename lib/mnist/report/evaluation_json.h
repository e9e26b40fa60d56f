// An evaluation for programs: one JSON object, values unrounded, undefined ones null. The fields
// are those of docs/formats.md. Thread-safe.
#pragma once

#include <string>

#include "mnist/metrics/evaluation.h"

namespace mnist {

// Laid out for reading too: one field to a line, tables with one row to a line; ends in a newline.
// Names that are no valid UTF-8 get U+FFFD where they are broken.
std::string evaluation_json(const EvaluationResult& result);

}  // namespace mnist
