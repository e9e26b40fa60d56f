// How a training run went, as pictures: curves.svg of a run directory, and a part of an
// evaluation's report. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/metrics/undefined.h"
#include "mnist/report/chart/shapes.h"

namespace mnist {

// The part of a row of metrics.jsonl that curves show; kUndefined if it has null.
struct TrainingEpoch {
  std::int64_t epoch = 0;
  double train_loss = kUndefined;
  double validation_loss = kUndefined;
  double validation_accuracy = kUndefined;
  double learning_rate = kUndefined;
  std::map<std::string, double> further{};  // other figures of the validation, by name
};

// The rows of a metrics.jsonl. Throws Error{kCorrupt} for a line that is not such a row, naming the
// line.
std::vector<TrainingEpoch> parse_training_history(std::string_view metrics_jsonl);

// Loss, accuracy on the validation split (if there is one), its further figures, and learning
// rate, over epochs.
std::vector<chart::Chart> training_curves(const std::vector<TrainingEpoch>& history);

// The same as one SVG file, side by side.
std::string training_curves_svg(const std::vector<TrainingEpoch>& history);

}  // namespace mnist
