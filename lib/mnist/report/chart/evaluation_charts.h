// The charts of an evaluation that are not a confusion matrix (heat_map.h). Thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "mnist/metrics/calibration.h"
#include "mnist/metrics/evaluation.h"
#include "mnist/metrics/ranking.h"
#include "mnist/report/chart/shapes.h"

namespace mnist::chart {

// The reliability diagram: per bin, the accuracy of its images over their confidence, with the 95 %
// interval for their number. On the diagonal, confidence is the probability of being right.
Chart draw_reliability(const std::vector<ReliabilityBin>& bins);

// How many images are in each of these bins.
Chart draw_confidences(const std::vector<ReliabilityBin>& bins);

// Accuracy of the answers over the share of images that get one, as the rejection threshold moves,
// with a dot for the model's own rejections. Only the end of `curve`, where it bends, is shown.
Chart draw_coverage(const std::vector<CoveragePoint>& curve,
                    const std::optional<RejectionScores>& rejection);

}  // namespace mnist::chart
