// A confusion matrix as coloured cells. Thread-safe.
#pragma once

#include <string>

#include "mnist/metrics/confusion.h"
#include "mnist/report/chart/shapes.h"

namespace mnist::chart {

// Rows are the truth, columns the prediction, and both axes say so. Right answers and errors have
// different colours: cells on the diagonal deepen with their share of the row, the others with the
// root of their share of the largest error, so one confused image still shows. There is a column
// for images without an answer if there are any.
enum class CellText {
  kCounts,   // sources: /confusion_matrix/<true>/<predicted>
  kPercent,  // of the row; sources: /confusion_shares/<true>/<predicted>
};
Chart draw_confusion(const ConfusionMatrix& confusion, CellText text);

}  // namespace mnist::chart
