#include "mnist/train/epoch_metrics.h"

#include <nlohmann/json.hpp>

namespace mnist {
namespace {

nlohmann::json optional_json(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

std::optional<double> optional_number(const nlohmann::json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

}  // namespace

nlohmann::json to_json(const EpochMetrics& metrics) {
  nlohmann::json json = {{"epoch", metrics.epoch},
                         {"seconds", metrics.seconds},
                         {"train_loss", metrics.train_loss},
                         {"validation_loss", optional_json(metrics.validation_loss)},
                         {"validation_accuracy", optional_json(metrics.validation_accuracy)},
                         {"learning_rate", metrics.learning_rate},
                         {"images_per_second", metrics.images_per_second}};
  for (const auto& [name, value] : metrics.further) json[name] = value;
  return json;
}

EpochMetrics epoch_metrics_from_json(const nlohmann::json& json) {
  EpochMetrics metrics{.epoch = json.at("epoch").get<std::int64_t>(),
                       .seconds = json.at("seconds").get<double>(),
                       .train_loss = json.at("train_loss").get<double>(),
                       .validation_loss = optional_number(json.at("validation_loss")),
                       .validation_accuracy = optional_number(json.at("validation_accuracy")),
                       .learning_rate = json.at("learning_rate").get<double>(),
                       .images_per_second = json.at("images_per_second").get<double>(),
                       .further = {}};
  const nlohmann::json fields = to_json(metrics);
  for (const auto& [name, value] : json.items()) {
    if (!fields.contains(name)) metrics.further[name] = value.get<double>();
  }
  return metrics;
}

}  // namespace mnist
