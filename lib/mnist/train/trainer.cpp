#include "mnist/train/trainer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include <ATen/Context.h>
#include <ATen/DeviceGuard.h>
#include <ATen/Parallel.h>
#include <torch/nn/functional/loss.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/utils.h>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/data/augment_digit.h"
#include "mnist/data/augmentation.h"
#include "mnist/data/sampling.h"
#include "mnist/model/shared_batch.h"
#include "mnist/predict/calibration.h"
#include "mnist/predict/inference.h"
#include "mnist/train/autocast.h"
#include "mnist/train/bfloat16/bfloat16_gradient.h"
#include "mnist/train/fused/fused_gradient.h"
#include "mnist/train/schedule.h"
#include "mnist/train/shared_batch_norm.h"

namespace mnist {
namespace {

namespace F = torch::nn::functional;
using Clock = std::chrono::steady_clock;

// Streams of mix_seed, apart from those of data/sampling.cpp.
constexpr std::uint64_t kWeightStream = 0x3e16'4700'0000'0000ULL;
constexpr std::uint64_t kDropoutStream = 0xd209'0770'0000'0000ULL;

// Share of held-out digits that a trained model turns away as no digit. MNIST's are tidy: of digits
// on photos a few times as many go.
constexpr double kRejectedDigits = 0.003;

// Enough for the mean and variance of a channel, which are taken over all its positions too.
constexpr std::int64_t kStatisticsImages = 2048;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

ConvNet initial_network(const RunConfig& config, torch::Device device) {
  torch::manual_seed(mix_seed(config.seed, kWeightStream));
  ConvNet network(config.model);
  network->to(device);
  return network;
}

// Whether this device multiplies bfloat16 itself, convolutions included. CUDA: from Ampere on.
bool multiplies_bfloat16(torch::Device device) {
  const c10::DeviceGuard guard(device);  // the current device is the one that is asked about
  return device.is_cuda() && at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

// `values` on `device`. From memory that the system may move, a copy to CUDA would wait for all
// that the device has still to do; pinned, it takes its turn.
torch::Tensor uploaded(const torch::Tensor& values, torch::Device device) {
  if (!values.is_cpu() || device.is_cpu()) return values;
  return values.pin_memory().to(device, /*non_blocking=*/true);
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

// Keeps Torch's operators on the calling thread for as long as it lives. Beside FusedGradient's
// threads they have too little to do to be shared out: Torch's own threads, spinning until the next
// operator comes, would only take processors away (ten times slower where others use them too).
class SingleThreadedOperators {
 public:
  SingleThreadedOperators() : threads_(at::get_num_threads()) { at::set_num_threads(1); }
  ~SingleThreadedOperators() { at::set_num_threads(threads_); }
  SingleThreadedOperators(const SingleThreadedOperators&) = delete;
  SingleThreadedOperators& operator=(const SingleThreadedOperators&) = delete;

 private:
  int threads_;
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

Trainer::Trainer(const RunConfig& config, const DigitSet& training, DigitSet validation,
                 torch::Device device, Communicator* communicator)
    : config_(config),
      device_(device),
      // Variations are made on the CPU; without any, the device has all it needs.
      data_device_(config.augmentation.any() ? torch::Device(torch::kCPU) : device),
      communicator_(communicator),
      validation_(std::move(validation)),
      loss_options_{.smoothing = config.training.label_smoothing,
                    .not_a_digit = config.data.outliers > 0},
      network_(initial_network(config, device)) {
  if (training.size() == 0) throw Error(ErrorKind::kUsage, "there are no images to train on");
  DigitSet all = training;
  if (config.data.hands > 0) all = with_hands(all, config.data.hands, config.seed);
  if (config.data.outliers > 0) all = with_outliers(all, config.data.outliers, config.seed);
  // Else cuDNN chooses gradients that add up in any order.
  if (device_.is_cuda()) at::globalContext().setDeterministicCuDNN(true);
  images_ = all.images.to(data_device_).contiguous();
  labels_ = all.labels.to(data_device_);
  parameters_.emplace(*network_);
  optimizer_.emplace(config_.optimizer, *parameters_);
  if (communicator_ != nullptr) {
    message_ = torch::empty({parameters_->gradients.numel() + 2}, parameters_->gradients.options());
  }
  if (config_.training.precision == "auto") {
    const bool faster =
        multiplies_bfloat16(device_) ||
        (Bfloat16Gradient::native() && Bfloat16Gradient::supports(config_.model, device_));
    // Only if it is so on every rank: all must compute the same.
    config_.training.precision = on_any_rank(!faster) ? "float32" : "bfloat16";
  }
  if (computes_in_bfloat16()) {
    if (Bfloat16Gradient::supports(config_.model, device_)) {
      bfloat16_ = std::make_unique<Bfloat16Gradient>(*network_, at::get_num_threads());
    }
  } else if (FusedGradient::supports(config_.model, device_) && !config_.augmentation.any() &&
             !loss_options_.not_a_digit) {
    fused_ = std::make_unique<FusedGradient>(*network_, at::get_num_threads());
  }
  if (config_.training.ema_decay > 0) average_ = parameters_->values.clone();
  const std::int64_t batch = config_.training.batch_size;
  steps_per_epoch_ = (all.size() + batch - 1) / batch;
  total_steps_ = std::max<std::int64_t>(
      1, std::llround(config_.training.epochs * static_cast<double>(steps_per_epoch_)));
  loss_.sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device_));
}

Trainer::~Trainer() = default;

double Trainer::schedule_factor_at(std::int64_t step) const {
  return schedule_factor(config_.schedule, step, total_steps_, steps_per_epoch_);
}

bool Trainer::computes_in_bfloat16() const { return config_.training.precision == "bfloat16"; }

std::uint64_t Trainer::dropout_seed() const {
  return mix_seed(config_.seed, kDropoutStream + static_cast<std::uint64_t>(step_));
}

torch::Tensor Trainer::batch_ink(const torch::Tensor& rows) const {
  const torch::Tensor images = config_.augmentation.any()
                                   ? augmented_images(images_, rows, config_.augmentation,
                                                      config_.seed, step_ / steps_per_epoch_)
                                   : images_.index_select(0, rows);
  return to_ink(uploaded(images, device_));
}

torch::Tensor Trainer::bfloat16_loss_and_gradient(const torch::Tensor& rows, std::int64_t first,
                                                  std::int64_t batch_size) {
  const torch::Tensor labels = labels_.index_select(0, rows);
  const auto size = static_cast<std::size_t>(rows.size(0));
  const auto* row = rows.data_ptr<std::int64_t>();
  const auto* images = images_.data_ptr<std::uint8_t>();
  const std::int64_t epoch = step_ / steps_per_epoch_;
  const auto read_ink = [&](std::int64_t i, float* ink) {
    const std::uint8_t* image = images + row[i] * kDigitPixels;
    std::array<std::uint8_t, kDigitPixels> varied;
    if (config_.augmentation.any()) {
      augment_digit(image, config_.augmentation, config_.seed, epoch, row[i], varied.data());
      image = varied.data();
    }
    std::transform(image, image + kDigitPixels, ink,
                   [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0F; });
  };
  Bfloat16Gradient::Batch batch{.labels = {labels.data_ptr<std::int64_t>(), size},
                                .read_ink = read_ink,
                                .dropout_seed = dropout_seed(),
                                .first_place = static_cast<std::uint64_t>(first),
                                .whole_size = batch_size};
  if (communicator_ != nullptr) {
    batch.sum_over_processes = [this](std::span<double> sums) {
      communicator_->all_reduce_sum(
          torch::from_blob(sums.data(), {static_cast<std::int64_t>(sums.size())}, torch::kFloat64));
    };
  }
  const double sum = bfloat16_->compute(batch, loss_options_);
  if (size == 0) parameters_->gradients.zero_();
  return torch::tensor(sum / static_cast<double>(batch_size));
}

torch::Tensor Trainer::autograd_loss_and_gradient(const torch::Tensor& rows, std::int64_t first,
                                                  std::int64_t batch_size) {
  if (config_.model.dropout > 0) torch::manual_seed(dropout_seed());
  SharedBatch shared{.begin = first, .size = batch_size, .normalize = nullptr};
  if (communicator_ != nullptr) {
    shared.normalize = [this](torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x) {
      return shared_batch_norm(norm, x, *communicator_);
    };
  }
  const torch::Tensor ink = batch_ink(rows);
  const torch::Tensor labels = uploaded(labels_.index_select(0, rows), device_);
  torch::Tensor logits;
  {
    std::optional<Bfloat16Autocast> autocast;
    std::optional<SharedBatchGuard> guard;
    if (computes_in_bfloat16()) autocast.emplace(device_);
    if (communicator_ != nullptr) guard.emplace(shared);
    logits = network_->forward(ink).to(torch::kFloat32);
  }
  torch::Tensor loss;
  if (rows.size(0) == batch_size) {
    loss = classification_loss(logits, labels, loss_options_);
  } else {
    const double part = static_cast<double>(rows.size(0)) / static_cast<double>(batch_size);
    loss = part * classification_loss(logits, labels, loss_options_);
  }
  parameters_->gradients.zero_();
  loss.backward();
  return loss.detach();
}

torch::Tensor Trainer::loss_and_gradient(const torch::Tensor& batch) {
  std::int64_t size = batch.size(0);
  Share share = share_of(size, communicator_);
  if (communicator_ != nullptr && size < communicator_->size()) {
    // Too few for all: every rank takes all of them, and the batch counts as so many repetitions,
    // which changes neither its mean loss nor its statistics. Torch cannot convolve no image.
    share = {.begin = 0, .size = size};
    size *= communicator_->size();
  }
  const torch::Tensor rows = batch.narrow(0, share.begin, share.size);
  if (bfloat16_) return bfloat16_loss_and_gradient(rows, share.begin, size);
  if (!fused_) return autograd_loss_and_gradient(rows, share.begin, size);
  const double loss = fused_->compute(images_, labels_, rows, loss_options_.smoothing);
  const double part = static_cast<double>(share.size) / static_cast<double>(size);
  if (part < 1) parameters_->gradients.mul_(part);
  return torch::tensor(loss * part);
}

bool Trainer::exchange(torch::Tensor& loss, bool stop) {
  const std::int64_t count = parameters_->gradients.numel();
  message_.narrow(0, 0, count).copy_(parameters_->gradients);
  message_[count].copy_(loss);
  message_[count + 1].fill_(stop ? 1.0 : 0.0);
  communicator_->all_reduce_sum(message_);
  parameters_->gradients.copy_(message_.narrow(0, 0, count));
  loss = message_[count];
  return message_[count + 1].item<float>() > 0;
}

bool Trainer::on_any_rank(bool value) const {
  if (communicator_ == nullptr) return value;
  const torch::Tensor votes = torch::full({1}, value ? 1.0 : 0.0);
  communicator_->all_reduce_sum(votes);
  return votes.item<float>() > 0;
}

bool Trainer::train_step(const torch::Tensor& batch, bool stop) {
  torch::Tensor loss = loss_and_gradient(batch);
  const torch::NoGradGuard no_grad;
  if (communicator_ != nullptr) stop = exchange(loss, stop);
  if (config_.training.gradient_clip > 0) {
    const torch::Tensor norm = parameters_->gradients.norm();
    parameters_->gradients.mul_((config_.training.gradient_clip / (norm + 1e-6)).clamp_max(1.0));
  }
  optimizer_->step(schedule_factor_at(step_), step_);
  if (average_.defined()) {
    // Early on, a shorter memory: the first weights are noise.
    const double warm = (1.0 + static_cast<double>(step_)) / (10.0 + static_cast<double>(step_));
    average_.lerp_(parameters_->values, 1 - std::min(config_.training.ema_decay, warm));
  }
  const std::int64_t count = batch.size(0);
  loss_.sum.add_(loss.to(torch::kFloat64), static_cast<double>(count));
  loss_.images += count;
  ++step_;
  return stop;
}

bool Trainer::train_epoch(TrainingObserver& observer) {
  std::optional<SingleThreadedOperators> single_threaded;
  if (fused_ || bfloat16_) single_threaded.emplace();
  network_->train();
  const std::int64_t batch = config_.training.batch_size;
  const std::int64_t epoch = step_ / steps_per_epoch_;
  const std::int64_t epoch_end = std::min((epoch + 1) * steps_per_epoch_, total_steps_);
  const torch::Tensor order = epoch_order(images_.size(0), config_.seed, epoch).to(data_device_);
  const std::int64_t checkpoint_steps = config_.training.checkpoint_steps;
  Clock::time_point start = Clock::now();
  const double seconds_before = epoch_seconds_;
  while (step_ < epoch_end) {
    const std::int64_t begin = (step_ - epoch * steps_per_epoch_) * batch;
    const bool stop = train_step(order.slice(0, begin, std::min(begin + batch, order.size(0))),
                                 observer.interrupted());
    epoch_seconds_ = seconds_before + seconds_since(start);
    observer.on_step(
        {step_, total_steps_, epoch + 1, static_cast<double>(loss_.images) / epoch_seconds_});
    if (step_ == epoch_end) break;
    if (stop) return false;
    if (checkpoint_steps > 0 && step_ % checkpoint_steps == 0) {
      const Clock::time_point pause = Clock::now();
      observer.on_checkpoint(*this);
      start += Clock::now() - pause;  // writing is no training
    }
  }
  return true;
}

TrainingOutcome Trainer::run(TrainingObserver& observer) {
  adopt_state_of_rank_0();
  while (step_ < total_steps_) {
    // Here, so that a run that was killed before it could stop does so when resumed.
    if (out_of_patience()) return TrainingOutcome::kStoppedEarly;
    if (!train_epoch(observer)) return TrainingOutcome::kInterrupted;
    const EpochMetrics metrics = finish_epoch(epoch_seconds_);
    const bool is_best = record_best(metrics);
    observer.on_epoch(*this, metrics, is_best || config_.training.best_epoch == "last");
    if (step_ < total_steps_ && !out_of_patience() && on_any_rank(observer.interrupted())) {
      return TrainingOutcome::kInterrupted;
    }
    adopt_state_of_rank_0();
  }
  return TrainingOutcome::kFinished;
}

EpochMetrics Trainer::finish_epoch(double seconds) {
  EpochMetrics metrics;
  metrics.epoch = (step_ - 1) / steps_per_epoch_ + 1;
  metrics.train_loss = loss_.sum.item<double>() / static_cast<double>(loss_.images);
  if (!std::isfinite(metrics.train_loss)) {
    throw Error(ErrorKind::kUsage, "training diverged in epoch " + std::to_string(metrics.epoch) +
                                       ": lower optimizer.learning_rate");
  }
  metrics.seconds = seconds;
  metrics.images_per_second = static_cast<double>(loss_.images) / seconds;
  metrics.learning_rate = config_.optimizer.learning_rate * schedule_factor_at(step_ - 1);
  if (validation_.size() > 0) {
    const Share share = share_of(validation_.size(), communicator_);
    const torch::Tensor sums = torch::zeros({2}, torch::kFloat64);  // of the loss; right answers
    if (share.size > 0) {
      ConvNet network = averaged_network();
      const torch::Tensor logits =
          infer_logits(network, validation_.images.narrow(0, share.begin, share.size), device_);
      const torch::Tensor labels = validation_.labels.narrow(0, share.begin, share.size);
      sums[0].copy_(F::cross_entropy(logits, labels) * static_cast<double>(share.size));
      sums[1].copy_(logits.argmax(1).eq(labels).sum());
    }
    if (communicator_ != nullptr) communicator_->all_reduce_sum(sums);
    const auto count = static_cast<double>(validation_.size());
    metrics.validation_loss = sums[0].item<double>() / count;
    metrics.validation_accuracy = sums[1].item<double>() / count;
  }
  loss_.sum.zero_();
  loss_.images = 0;
  epoch_seconds_ = 0;
  history_.push_back(metrics);
  return metrics;
}

bool Trainer::out_of_patience() const {
  const std::int64_t patience = config_.training.early_stopping;
  return patience > 0 && !history_.empty() && history_.back().epoch - best_epoch_ >= patience;
}

bool Trainer::record_best(const EpochMetrics& metrics) {
  if (metrics.validation_accuracy && *metrics.validation_accuracy < best_accuracy_) return false;
  // Of equals the later one is taken, whose learning rate is lower and whose average is longer. It
  // is no improvement that early stopping would wait for.
  if (metrics.validation_accuracy == best_accuracy_) return true;
  best_accuracy_ = metrics.validation_accuracy.value_or(-1);
  best_epoch_ = metrics.epoch;
  return true;
}

ConvNet Trainer::averaged_network() {
  if (averaged_step_ == step_) return averaged_;
  const torch::NoGradGuard no_grad;
  std::optional<ParameterSwap> swap;
  if (average_.defined()) swap.emplace(parameters_->values, average_);
  ConvNet copy(config_.model);
  copy->to(device_);
  auto target = state_of(*copy);
  for (const auto& [name, tensor] : state_of(*network_)) target.at(name).copy_(tensor);
  if (average_.defined() && config_.model.batch_norm) renew_statistics(copy);
  copy->eval();
  averaged_ = copy;
  averaged_step_ = step_;
  return copy;
}

void Trainer::renew_statistics(ConvNet& network) {
  for (const auto& module : network->modules(false)) {
    if (auto* norm = module->as<torch::nn::BatchNorm2d>()) {
      norm->reset_running_stats();
      norm->options.momentum().reset();  // the plain mean over all batches
    }
  }
  network->train();
  const std::int64_t count = images_.size(0);
  const std::int64_t size = std::min(config_.training.batch_size, count);
  const std::int64_t batches = std::min((kStatisticsImages + size - 1) / size, count / size);
  // Evenly spread over all images, the outliers at their end included.
  const torch::Tensor rows = torch::arange(batches * size, torch::kInt64)
                                 .mul_(count)
                                 .div_(batches * size, "floor")
                                 .to(data_device_);
  for (std::int64_t i = 0; i < batches; ++i) {
    network->forward(batch_ink(rows.narrow(0, i * size, size)));
  }
}

std::pair<torch::Tensor, torch::Tensor> Trainer::calibration_digits() const {
  if (validation_.size() > 0) return {validation_.images, validation_.labels};
  constexpr std::int64_t kEnough = 5000;
  // The outliers lie behind the digits.
  const std::int64_t count = std::min(kEnough, images_.size(0) - config_.data.outliers);
  return {images_.narrow(0, 0, count).to(torch::kCPU), labels_.narrow(0, 0, count).to(torch::kCPU)};
}

Model Trainer::model() {
  const torch::NoGradGuard no_grad;
  Model model;
  model.network = ConvNet(config_.model);
  auto target = state_of(*model.network);
  ConvNet averaged = averaged_network();
  for (const auto& [name, tensor] : state_of(*averaged)) target.at(name).copy_(tensor);
  model.network->eval();
  const auto [images, labels] = calibration_digits();
  const torch::Tensor logits = infer_logits(averaged, images, device_);
  model.temperature = fit_temperature(logits, labels);
  if (loss_options_.not_a_digit) {
    model.accept_above = fit_acceptance_threshold(acceptance_of(logits), kRejectedDigits);
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
  checkpoint.state = state_numbers();
  return checkpoint;
}

nlohmann::json Trainer::state_numbers() const {
  nlohmann::json history = nlohmann::json::array();
  for (const EpochMetrics& metrics : history_) history.push_back(to_json(metrics));
  return {{"step", step_},
          {"loss_images", loss_.images},
          {"epoch_seconds", epoch_seconds_},
          {"best_accuracy", best_accuracy_},
          {"best_epoch", best_epoch_},
          {"history", history}};
}

void Trainer::adopt_state_of_rank_0() {
  if (communicator_ == nullptr) return;
  const torch::NoGradGuard no_grad;
  const std::string numbers = broadcast_text(*communicator_, state_numbers().dump());
  for (const auto& [name, tensor] : state_tensors()) communicator_->broadcast(tensor);
  if (communicator_->rank() > 0) restore_numbers(nlohmann::json::parse(numbers));
}

void Trainer::restore(const Checkpoint& checkpoint) {
  averaged_step_ = -1;
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
  restore_numbers(checkpoint.state);
  const std::int64_t finished = step_ == total_steps_
                                    ? (step_ + steps_per_epoch_ - 1) / steps_per_epoch_
                                    : step_ / steps_per_epoch_;
  if (step_ < 0 || step_ > total_steps_ || finished != std::ssize(history_)) {
    throw Error(ErrorKind::kCorrupt, "the checkpoint is another run's");
  }
}

void Trainer::restore_numbers(const nlohmann::json& state) {
  try {
    step_ = state.at("step").get<std::int64_t>();
    loss_.images = state.at("loss_images").get<std::int64_t>();
    epoch_seconds_ = state.at("epoch_seconds").get<double>();
    best_accuracy_ = state.at("best_accuracy").get<double>();
    best_epoch_ = state.at("best_epoch").get<std::int64_t>();
    history_.clear();
    for (const auto& row : state.at("history")) history_.push_back(epoch_metrics_from_json(row));
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::kCorrupt, "the checkpoint lacks part of its state");
  }
}

}  // namespace mnist
