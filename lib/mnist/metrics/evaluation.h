// All figures for a model on a labelled set: from arrays, to one plain struct that every report
// prints. docs/formats.md names the same fields. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mnist/metrics/calibration.h"
#include "mnist/metrics/classification.h"
#include "mnist/metrics/comparison.h"
#include "mnist/metrics/confusion.h"
#include "mnist/metrics/interval.h"

namespace mnist {

struct EvaluationInput {
  std::vector<int> labels{};  // the truth, 0 to 9
  // One entry per image, summing to 1; all 0 if the network gave no answer (a blank picture). Such
  // an image is wrong, is in no column of the confusion matrix, and does not count in loss, ECE and
  // Brier score, which need probabilities.
  std::vector<Probabilities> probabilities{};
  std::vector<bool> rejected{};        // one entry per image; empty if nothing may be rejected
  std::vector<std::string> sources{};  // where each image comes from; empty if unknown
  double seconds = 0.0;                // time for all images; 0: not measured
  std::string model{};                 // names for the reports
  std::string data{};
};

// What rejection does. The other scores judge the best digit of every image, rejected or not.
struct RejectionScores {
  std::int64_t rejected = 0;
  double coverage = kUndefined;  // share of the images that are accepted
  double accuracy = kUndefined;  // right / accepted
};

struct SourceScores {
  std::string source;
  std::int64_t images = 0;
  double accuracy = kUndefined;
  Interval accuracy_interval;
};

// Another model on the same images. "first" is the model of the report, "second" the other one.
struct ModelComparison {
  std::string model;
  double accuracy = kUndefined;
  PairedComparison paired;
};

struct EvaluationResult {
  std::string model;
  std::string data;
  std::int64_t images = 0;
  double accuracy = kUndefined;
  Interval accuracy_interval;  // 95 %, Wilson
  double loss = kUndefined;    // nats per image
  double ece = kUndefined;     // 15 equal-width bins
  double brier = kUndefined;   // in [0, 2]
  double images_per_second = kUndefined;
  std::vector<ClassScores> per_class;
  ClassScores macro;
  ClassScores weighted;
  ConfusionMatrix confusion;
  std::vector<ReliabilityBin> reliability;
  std::optional<RejectionScores> rejection;   // if `rejected` was given
  std::vector<SourceScores> per_source;       // by name, if `sources` was given
  double source_mean_accuracy = kUndefined;   // the plain mean over per_source
  std::optional<ModelComparison> comparison;  // for the caller to fill
};

// Throws Error{kUsage} if the arrays differ in length, a label is not a digit, or probabilities are
// negative or do not sum to 1 within 1e-3.
EvaluationResult evaluate_predictions(const EvaluationInput& input);

// The most probable class, the lowest of several equal ones; nothing if all are 0.
std::optional<int> most_probable(const Probabilities& probabilities);

// Per image, whether the most probable class is the true one: what compare_paired() takes.
std::vector<bool> right_answers(const std::vector<int>& labels,
                                const std::vector<Probabilities>& probabilities);

}  // namespace mnist
