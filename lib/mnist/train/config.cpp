#include "mnist/train/config.h"

#include <array>
#include <limits>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

#include "mnist/bytes/json_document.h"
#include "mnist/model/device.h"

namespace mnist {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kOptimizers = {"sgd", "adam", "adamw", "muon"};
constexpr std::array<std::string_view, 4> kSchedules = {"constant", "step", "cosine", "one-cycle"};

constexpr std::array<std::string_view, 3> kPrecisions = {"auto", "float32", "bfloat16"};
constexpr std::array<std::string_view, 2> kBestEpochs = {"accuracy", "last"};

constexpr double kTiny = 1e-12;  // the smallest value for what must be above 0

ImageForm read_form(JsonObjectReader& reader) {
  ImageForm form;
  form.orientation = reader.choice("orientation", form.orientation, orientation_names());
  form.inverted = reader.boolean("invert", form.inverted);
  return form;
}

SourceConfig read_source(JsonObjectReader reader) {
  const auto path = [&reader](const std::string& key) {
    std::string value = reader.string(key, {});
    if (value.empty() && reader.has(key)) reader.fail(key, "must not be empty");
    return value;
  };
  SourceConfig source{.pictures = path("pictures"),
                      .pixels = path("pixels"),
                      .images = path("images"),
                      .labels = path("labels")};
  source.form = read_form(reader);
  source.weight = reader.number("weight", source.weight, 1e-4, 1000);
  reader.finish();
  const int kinds = (source.pictures.empty() ? 0 : 1) + (source.pixels.empty() ? 0 : 1) +
                    (source.images.empty() && source.labels.empty() ? 0 : 1);
  if (kinds != 1 || source.images.empty() != source.labels.empty()) {
    reader.fail("", "must have 'pictures', or 'pixels', or 'images' and 'labels'");
  }
  if (!source.pictures.empty() && !source.form.is_usual()) {
    reader.fail("pictures", "are read as they are: 'orientation' and 'invert' are for pixels");
  }
  return source;
}

Json source_json(const SourceConfig& source) {
  Json result = {{"weight", source.weight}};
  if (!source.pictures.empty()) {
    result["pictures"] = source.pictures;
    return result;
  }
  result["orientation"] = source.form.orientation;
  result["invert"] = source.form.inverted;
  if (!source.pixels.empty()) result["pixels"] = source.pixels;
  if (!source.images.empty()) {
    result["images"] = source.images;
    result["labels"] = source.labels;
  }
  return result;
}

DataConfig read_data(JsonObjectReader reader) {
  DataConfig data;
  data.directory = reader.string("directory", data.directory);
  data.train_images = reader.string("train_images", data.train_images);
  data.train_labels = reader.string("train_labels", data.train_labels);
  data.test_images = reader.string("test_images", data.test_images);
  data.test_labels = reader.string("test_labels", data.test_labels);
  data.form = read_form(reader);
  for (const JsonObjectReader& source : reader.objects("sources", 100)) {
    data.sources.push_back(read_source(source));
  }
  data.validation = reader.integer("validation", data.validation, 0, INT32_MAX);
  data.pages = reader.integer("pages", data.pages, 1, 1'000'000'000);
  data.hands = reader.integer("hands", data.hands, 0, 10'000'000);
  data.finds = reader.integer("finds", data.finds, 0, 10'000'000);
  data.page_model = reader.string("page_model", data.page_model);
  data.outliers = reader.integer("outliers", data.outliers, 0, 10'000'000);
  reader.finish();
  if (data.train_images.empty() != data.train_labels.empty()) {
    reader.fail("train_images", "and 'data.train_labels' must both be given, or both be empty");
  }
  if (data.train_images.empty() && data.sources.empty()) {
    reader.fail("train_images", "must be given if there are no 'data.sources'");
  }
  return data;
}

OptimizerConfig read_optimizer(JsonObjectReader reader) {
  OptimizerConfig optimizer;
  optimizer.name = reader.choice("name", optimizer.name, kOptimizers);
  optimizer.learning_rate = reader.number("learning_rate", optimizer.learning_rate, kTiny, 1000);
  // A value that the chosen optimiser would ignore is an error, not a surprise.
  const bool muon = optimizer.name == "muon";
  const bool sgd = optimizer.name == "sgd";
  if (!muon) optimizer.weight_decay = reader.number("weight_decay", optimizer.weight_decay, 0, 10);
  if (muon || sgd) optimizer.momentum = reader.number("momentum", optimizer.momentum, 0, 0.9999);
  if (muon) {
    optimizer.newton_schulz_steps =
        reader.integer("newton_schulz_steps", optimizer.newton_schulz_steps, 1, 20);
    optimizer.adam_learning_rate =
        reader.number("adam_learning_rate", optimizer.adam_learning_rate, kTiny, 1000);
  }
  if (!sgd) {
    optimizer.beta1 = reader.number("beta1", optimizer.beta1, 0, 0.9999);
    optimizer.beta2 = reader.number("beta2", optimizer.beta2, 0, 0.999999);
    optimizer.epsilon = reader.number("epsilon", optimizer.epsilon, kTiny, 1);
  }
  reader.finish();
  return optimizer;
}

ScheduleConfig read_schedule(JsonObjectReader reader) {
  ScheduleConfig schedule;
  schedule.name = reader.choice("name", schedule.name, kSchedules);
  schedule.warmup = reader.number("warmup", schedule.warmup, 0, 0.95);
  schedule.start_fraction = reader.number("start_fraction", schedule.start_fraction, 0, 1);
  if (schedule.name == "step") {
    schedule.step_epochs = reader.number("step_epochs", schedule.step_epochs, kTiny, 1e6);
    schedule.step_factor = reader.number("step_factor", schedule.step_factor, kTiny, 1);
  } else if (schedule.name != "constant") {
    schedule.final_fraction = reader.number("final_fraction", schedule.final_fraction, 0, 1);
  }
  reader.finish();
  return schedule;
}

TrainingConfig read_training(JsonObjectReader reader) {
  TrainingConfig training;
  training.start_from = reader.string("start_from", training.start_from);
  training.epochs = reader.number("epochs", training.epochs, 1e-3, 1e5);
  training.batch_size = reader.integer("batch_size", training.batch_size, 2, 65536);
  training.label_smoothing = reader.number("label_smoothing", training.label_smoothing, 0, 0.9);
  training.gradient_clip = reader.number("gradient_clip", training.gradient_clip, 0, 1e9);
  training.ema_decay = reader.number("ema_decay", training.ema_decay, 0, 0.999999);
  training.precision = reader.choice("precision", training.precision, kPrecisions);
  training.best_epoch = reader.choice("best_epoch", training.best_epoch, kBestEpochs);
  training.early_stopping = reader.integer("early_stopping", training.early_stopping, 0, 1'000'000);
  training.checkpoint_steps =
      reader.integer("checkpoint_steps", training.checkpoint_steps, 0, INT32_MAX);
  reader.finish();
  return training;
}

AugmentationOptions read_augmentation(JsonObjectReader reader) {
  AugmentationOptions augmentation;
  augmentation.shift = reader.number("shift", augmentation.shift, 0, 8);
  augmentation.rotation = reader.number("rotation", augmentation.rotation, 0, 45);
  augmentation.scale = reader.number("scale", augmentation.scale, 0, 0.5);
  augmentation.shear = reader.number("shear", augmentation.shear, 0, 1);
  augmentation.elastic = reader.number("elastic", augmentation.elastic, 0, 16);
  augmentation.elastic_smoothness =
      reader.number("elastic_smoothness", augmentation.elastic_smoothness, kLeastSmoothness, 28);
  augmentation.thickness = reader.number("thickness", augmentation.thickness, 0, 1);
  augmentation.blur = reader.number("blur", augmentation.blur, 0, 1);
  augmentation.contrast = reader.number("contrast", augmentation.contrast, 0, 0.9);
  augmentation.erasing = reader.number("erasing", augmentation.erasing, 0, 1);
  augmentation.erasing_size = reader.number("erasing_size", augmentation.erasing_size, 0.05, 1);
  reader.finish();
  return augmentation;
}

nlohmann::json to_json(const OptimizerConfig& optimizer) {
  const bool muon = optimizer.name == "muon";
  const bool sgd = optimizer.name == "sgd";
  nlohmann::json out = {{"name", optimizer.name}, {"learning_rate", optimizer.learning_rate}};
  if (!muon) out["weight_decay"] = optimizer.weight_decay;
  if (muon || sgd) out["momentum"] = optimizer.momentum;
  if (muon) {
    out["newton_schulz_steps"] = optimizer.newton_schulz_steps;
    out["adam_learning_rate"] = optimizer.adam_learning_rate;
  }
  if (!sgd) {
    out["beta1"] = optimizer.beta1;
    out["beta2"] = optimizer.beta2;
    out["epsilon"] = optimizer.epsilon;
  }
  return out;
}

nlohmann::json to_json(const ScheduleConfig& schedule) {
  nlohmann::json out = {{"name", schedule.name},
                        {"warmup", schedule.warmup},
                        {"start_fraction", schedule.start_fraction}};
  if (schedule.name == "step") {
    out["step_epochs"] = schedule.step_epochs;
    out["step_factor"] = schedule.step_factor;
  } else if (schedule.name != "constant") {
    out["final_fraction"] = schedule.final_fraction;
  }
  return out;
}

}  // namespace

RunConfig RunConfig::read(const JsonDocument& document) {
  JsonObjectReader root(document, "");
  root.string("$schema", "");  // for editors
  RunConfig config;
  JsonObjectReader model = root.object("model");
  config.model = read_network(model);
  model.finish();
  config.data = read_data(root.object("data"));
  config.training = read_training(root.object("training"));
  config.optimizer = read_optimizer(root.object("optimizer"));
  config.schedule = read_schedule(root.object("schedule"));
  config.augmentation = read_augmentation(root.object("augmentation"));
  config.seed = static_cast<std::uint64_t>(
      root.integer("seed", static_cast<std::int64_t>(config.seed), 0, INT64_MAX));
  config.device = root.string("device", config.device);
  if (!is_device_name(config.device)) {
    root.fail("device", "must be auto, cpu, cuda or cuda:N, not '" + config.device + "'");
  }
  config.threads = static_cast<int>(root.integer("threads", config.threads, 0, 4096));
  root.finish();
  if (!config.data.sources.empty() && !is_classifier(config.model)) {
    JsonObjectReader(document, "data")
        .fail("sources", "are for classifiers of digits, not for the network '" +
                             std::string(network_name(config.model)) + "'");
  }
  if (config.training.early_stopping > 0 && config.data.validation == 0) {
    JsonObjectReader(document, "training")
        .fail("early_stopping", "needs a validation split: set 'data.validation'");
  }
  return config;
}

nlohmann::json RunConfig::to_json() const {
  Json sources = Json::array();
  for (const SourceConfig& source : data.sources) sources.push_back(source_json(source));
  return {
      {"model", network_json(model)},
      {"data",
       {{"directory", data.directory},
        {"train_images", data.train_images},
        {"train_labels", data.train_labels},
        {"test_images", data.test_images},
        {"test_labels", data.test_labels},
        {"orientation", data.form.orientation},
        {"invert", data.form.inverted},
        {"sources", sources},
        {"validation", data.validation},
        {"pages", data.pages},
        {"hands", data.hands},
        {"finds", data.finds},
        {"page_model", data.page_model},
        {"outliers", data.outliers}}},
      {"training",
       {{"start_from", training.start_from},
        {"epochs", training.epochs},
        {"batch_size", training.batch_size},
        {"label_smoothing", training.label_smoothing},
        {"gradient_clip", training.gradient_clip},
        {"ema_decay", training.ema_decay},
        {"precision", training.precision},
        {"best_epoch", training.best_epoch},
        {"early_stopping", training.early_stopping},
        {"checkpoint_steps", training.checkpoint_steps}}},
      {"optimizer", mnist::to_json(optimizer)},
      {"schedule", mnist::to_json(schedule)},
      {"augmentation",
       {{"shift", augmentation.shift},
        {"rotation", augmentation.rotation},
        {"scale", augmentation.scale},
        {"shear", augmentation.shear},
        {"elastic", augmentation.elastic},
        {"elastic_smoothness", augmentation.elastic_smoothness},
        {"thickness", augmentation.thickness},
        {"blur", augmentation.blur},
        {"contrast", augmentation.contrast},
        {"erasing", augmentation.erasing},
        {"erasing_size", augmentation.erasing_size}}},
      {"seed", seed},
      {"device", device},
      {"threads", threads},
  };
}

}  // namespace mnist
