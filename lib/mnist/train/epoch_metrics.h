// The figures of an epoch: one row of metrics.jsonl. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace mnist {

struct EpochMetrics {
  std::int64_t epoch = 0;  // from 1
  double seconds = 0;      // of training only, without validation and writing
  double train_loss = 0;
  std::optional<double> validation_loss;
  std::optional<double> validation_accuracy;
  double learning_rate = 0;  // of the epoch's last step
  double images_per_second = 0;
  std::map<std::string, double> further;  // Validation::further, each under its name
};

nlohmann::json to_json(const EpochMetrics& metrics);

// Keys that are not among the fields are further figures. Throws nlohmann::json::exception for an
// object that to_json does not make.
EpochMetrics epoch_metrics_from_json(const nlohmann::json& json);

}  // namespace mnist
