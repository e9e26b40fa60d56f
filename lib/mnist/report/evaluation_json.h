// An evaluation for programs: one JSON object, values unrounded, undefined ones null. The fields
// are those of docs/formats.md. Thread-safe.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "mnist/metrics/evaluation.h"

namespace mnist {

// What --format json prints: pretty_json(evaluation_object(result)).
std::string evaluation_json(const EvaluationResult& result);

// The object itself, for reports that add to it; undefined values are NaN in it.
nlohmann::ordered_json evaluation_object(const EvaluationResult& result);

// An object laid out for people too: one field per line, tables with one row per line; ends in a
// newline. NaN becomes null, and invalid UTF-8 in text becomes U+FFFD.
std::string pretty_json(const nlohmann::ordered_json& object);

}  // namespace mnist
