// What `mnist-eval --report DIR` writes: an evaluation as a page for people, as pictures, and as
// JSON for programs. docs/evaluation.md explains each figure. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/image/image.h"
#include "mnist/metrics/evaluation.h"
#include "mnist/report/training_curves.h"

namespace mnist {

struct TrainingRecord {
  std::string model{};  // the run's path
  std::vector<TrainingEpoch> epochs{};
};

struct ReportSubject {
  EvaluationInput answers{};
  EvaluationResult result;  // of `answers`, with the comparison if there is one
  // The compared model's, for the same images. Without them a comparison is shown only as counts.
  std::optional<EvaluationInput> other_answers{};
  // The 28x28 picture of an image (counted from 0) that the network saw, ink light on black.
  std::function<Image(std::int64_t)> picture{};
  std::vector<std::string> names{};  // each image's file; empty if they have none
  std::vector<TrainingRecord> trainings{};
  // Shown as it is: versions, device, digests. An object of values and of objects of values.
  nlohmann::ordered_json environment = nlohmann::ordered_json::object();
};

struct ReportFile {
  std::string name;
  std::vector<std::uint8_t> content;
};

// report.html (self-contained), confusion.png, reliability.png, hardest.png and report.json. Every
// number in the page comes from report.json and names its place in it (data-json).
std::vector<ReportFile> evaluation_report(const ReportSubject& subject);

}  // namespace mnist
