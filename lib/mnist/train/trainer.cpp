#include "mnist/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <torch/nn/functional/loss.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/utils.h>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/data/sampling.h"
#include "mnist/predict/calibration.h"
#include "mnist/predict/inference.h"
#include "mnist/train/schedule.h"

namespace mnist {
namespace {

namespace F = torch::nn::functional;
using Clock = std::chrono::steady_clock;

// Streams of mix_seed, apart from those of data/sampling.cpp.
constexpr std::uint64_t kWeightStream = 0x3e16'4700'0000'0000ULL;
constexpr std::uint64_t kDropoutStream = 0xd209'0770'0000'0000ULL;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

ConvNet initial_network(const RunConfig& config, torch::Device device) {
  torch::manual_seed(mix_seed(config.seed, kWeightStream));
  ConvNet network(config.model);
  network->to(device);
  return network;
}

// Puts `values` in the place of a network's parameters for as long as it lives.
class ParameterSwap {
 public:
  ParameterSwap(torch::Tensor parameters, const torch::Tensor& values)
      : parameters_(std::move(parameters)), saved_(parameters_.clone()) {
    parameters_.copy_(values);
  }
  ~ParameterSwap() { parameters_.copy_(saved_); }
  ParameterSwap(const ParameterSwap&) = delete;
  ParameterSwap& operator=(const ParameterSwap&) = delete;

 private:
  torch::Tensor parameters_;
  torch::Tensor saved_;
};

template <typename T>
nlohmann::json optional_json(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

std::optional<double> optional_number(const nlohmann::json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

}  // namespace

nlohmann::json to_json(const EpochMetrics& metrics) {
  return {{"epoch", metrics.epoch},
          {"seconds", metrics.seconds},
          {"train_loss", metrics.train_loss},
          {"validation_loss", optional_json(metrics.validation_loss)},
          {"validation_accuracy", optional_json(metrics.validation_accuracy)},
          {"learning_rate", metrics.learning_rate},
          {"images_per_second", metrics.images_per_second}};
}

EpochMetrics epoch_metrics_from_json(const nlohmann::json& json) {
  return {.epoch = json.at("epoch").get<std::int64_t>(),
          .seconds = json.at("seconds").get<double>(),
          .train_loss = json.at("train_loss").get<double>(),
          .validation_loss = optional_number(json.at("validation_loss")),
          .validation_accuracy = optional_number(json.at("validation_accuracy")),
          .learning_rate = json.at("learning_rate").get<double>(),
          .images_per_second = json.at("images_per_second").get<double>()};
}

Trainer::Trainer(const RunConfig& config, DigitSet training, DigitSet validation,
                 torch::Device device)
    : config_(config),
      device_(device),
      images_(training.images.to(device)),
      labels_(training.labels.to(device)),
      validation_(std::move(validation)),
      network_(initial_network(config, device)) {
  if (training.size() == 0) throw Error(ErrorKind::kUsage, "there are no images to train on");
  parameters_.emplace(*network_);
  optimizer_.emplace(config_.optimizer, *parameters_);
  if (config_.training.ema_decay > 0) average_ = parameters_->values.clone();
  const std::int64_t batch = config_.training.batch_size;
  steps_per_epoch_ = (training.size() + batch - 1) / batch;
  total_steps_ = std::max<std::int64_t>(
      1, std::llround(config_.training.epochs * static_cast<double>(steps_per_epoch_)));
  loss_.sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device_));
}

double Trainer::learning_rate_at(std::int64_t step) const {
  return config_.optimizer.learning_rate *
         schedule_factor(config_.schedule, step, total_steps_, steps_per_epoch_);
}

void Trainer::train_step(const torch::Tensor& rows) {
  if (config_.model.dropout > 0)
    torch::manual_seed(mix_seed(config_.seed, kDropoutStream + static_cast<std::uint64_t>(step_)));
  const torch::Tensor ink = to_ink(images_.index_select(0, rows));
  const torch::Tensor labels = labels_.index_select(0, rows);
  const torch::Tensor loss = F::cross_entropy(
      network_->forward(ink), labels,
      F::CrossEntropyFuncOptions().label_smoothing(config_.training.label_smoothing));
  parameters_->gradients.zero_();
  loss.backward();

  const torch::NoGradGuard no_grad;
  if (config_.training.gradient_clip > 0) {
    const torch::Tensor norm = parameters_->gradients.norm();
    parameters_->gradients.mul_((config_.training.gradient_clip / (norm + 1e-6)).clamp_max(1.0));
  }
  optimizer_->step(learning_rate_at(step_), step_);
  if (average_.defined()) {
    // Early on, a shorter memory: the first weights are noise.
    const double warm = (1.0 + static_cast<double>(step_)) / (10.0 + static_cast<double>(step_));
    average_.lerp_(parameters_->values, 1 - std::min(config_.training.ema_decay, warm));
  }
  const std::int64_t count = rows.size(0);
  loss_.sum.add_(loss.detach().to(torch::kFloat64), static_cast<double>(count));
  loss_.images += count;
  ++step_;
}

TrainingOutcome Trainer::run(TrainingObserver& observer) {
  while (step_ < total_steps_) {
    network_->train();
    const std::int64_t epoch = step_ / steps_per_epoch_;
    const std::int64_t epoch_end = std::min((epoch + 1) * steps_per_epoch_, total_steps_);
    const torch::Tensor order = epoch_order(images_.size(0), config_.seed, epoch).to(device_);
    const Clock::time_point start = Clock::now();
    const double seconds_before = epoch_seconds_;
    while (step_ < epoch_end) {
      const std::int64_t begin = (step_ - epoch * steps_per_epoch_) * config_.training.batch_size;
      const std::int64_t end = std::min(begin + config_.training.batch_size, order.size(0));
      train_step(order.slice(0, begin, end));
      epoch_seconds_ = seconds_before + seconds_since(start);
      observer.on_step(
          {step_, total_steps_, epoch + 1, static_cast<double>(loss_.images) / epoch_seconds_});
      if (step_ < epoch_end && observer.interrupted()) return TrainingOutcome::kInterrupted;
    }
    const EpochMetrics metrics = finish_epoch(epoch_seconds_);
    const bool is_best = record_best(metrics);
    observer.on_epoch(*this, metrics, is_best);
    const std::int64_t patience = config_.training.early_stopping;
    if (patience > 0 && metrics.epoch - best_epoch_ >= patience && step_ < total_steps_) {
      return TrainingOutcome::kStoppedEarly;
    }
    if (step_ < total_steps_ && observer.interrupted()) return TrainingOutcome::kInterrupted;
  }
  return TrainingOutcome::kFinished;
}

EpochMetrics Trainer::finish_epoch(double seconds) {
  EpochMetrics metrics;
  metrics.epoch = (step_ - 1) / steps_per_epoch_ + 1;
  metrics.train_loss = loss_.sum.item<double>() / static_cast<double>(loss_.images);
  metrics.seconds = seconds;
  metrics.images_per_second = static_cast<double>(loss_.images) / seconds;
  metrics.learning_rate = learning_rate_at(step_ - 1);
  if (validation_.size() > 0) {
    const torch::Tensor logits = validation_logits();
    metrics.validation_loss = F::cross_entropy(logits, validation_.labels).item<double>();
    metrics.validation_accuracy =
        logits.argmax(1).eq(validation_.labels).to(torch::kFloat64).mean().item<double>();
  }
  loss_.sum.zero_();
  loss_.images = 0;
  epoch_seconds_ = 0;
  history_.push_back(metrics);
  return metrics;
}

bool Trainer::record_best(const EpochMetrics& metrics) {
  if (metrics.validation_accuracy && *metrics.validation_accuracy <= best_accuracy_) return false;
  best_accuracy_ = metrics.validation_accuracy.value_or(-1);
  best_epoch_ = metrics.epoch;
  return true;
}

torch::Tensor Trainer::validation_logits() {
  const torch::NoGradGuard no_grad;
  std::optional<ParameterSwap> swap;
  if (average_.defined()) swap.emplace(parameters_->values, average_);
  return infer_logits(network_, validation_.images, device_);
}

Model Trainer::model() {
  const torch::NoGradGuard no_grad;
  std::optional<ParameterSwap> swap;
  if (average_.defined()) swap.emplace(parameters_->values, average_);
  Model model;
  model.network = ConvNet(config_.model);
  auto target = state_of(*model.network);
  for (const auto& [name, tensor] : state_of(*network_)) target.at(name).copy_(tensor);
  model.network->eval();
  if (validation_.size() > 0) {
    model.temperature = fit_temperature(
        infer_logits(model.network, validation_.images, torch::kCPU), validation_.labels);
  }
  return model;
}

std::map<std::string, torch::Tensor> Trainer::state_tensors() {
  std::map<std::string, torch::Tensor> tensors = optimizer_->state();
  tensors["parameters"] = parameters_->values;
  if (average_.defined()) tensors["average"] = average_;
  for (const auto& item : network_->named_buffers()) tensors["buffer." + item.key()] = item.value();
  tensors["loss_sum"] = loss_.sum;
  return tensors;
}

Checkpoint Trainer::checkpoint() {
  Checkpoint checkpoint;
  for (const auto& [name, tensor] : state_tensors()) {
    checkpoint.tensors[name] = tensor.detach().to(torch::kCPU).clone();
  }
  nlohmann::json history = nlohmann::json::array();
  for (const EpochMetrics& metrics : history_) history.push_back(to_json(metrics));
  checkpoint.state = {{"step", step_},
                      {"loss_images", loss_.images},
                      {"epoch_seconds", epoch_seconds_},
                      {"best_accuracy", best_accuracy_},
                      {"best_epoch", best_epoch_},
                      {"history", history}};
  return checkpoint;
}

void Trainer::restore(const Checkpoint& checkpoint) {
  const torch::NoGradGuard no_grad;
  const auto own = state_tensors();
  if (own.size() != checkpoint.tensors.size()) {
    throw Error(ErrorKind::kCorrupt, "the checkpoint does not fit the config");
  }
  for (auto [name, tensor] : own) {
    const auto stored = checkpoint.tensors.find(name);
    if (stored == checkpoint.tensors.end() || stored->second.sizes() != tensor.sizes() ||
        stored->second.scalar_type() != tensor.scalar_type()) {
      throw Error(ErrorKind::kCorrupt, "the checkpoint does not fit the config at '" + name + "'");
    }
    tensor.copy_(stored->second);
  }
  const nlohmann::json& state = checkpoint.state;
  step_ = state.at("step").get<std::int64_t>();
  loss_.images = state.at("loss_images").get<std::int64_t>();
  epoch_seconds_ = state.at("epoch_seconds").get<double>();
  best_accuracy_ = state.at("best_accuracy").get<double>();
  best_epoch_ = state.at("best_epoch").get<std::int64_t>();
  history_.clear();
  for (const auto& row : state.at("history")) history_.push_back(epoch_metrics_from_json(row));
}

}  // namespace mnist
