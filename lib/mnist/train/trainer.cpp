#include "mnist/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/utils.h>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/base/shown_text.h"
#include "mnist/data/sampling.h"
#include "mnist/train/schedule.h"

namespace mnist {
namespace {

using Clock = std::chrono::steady_clock;

// Streams of mix_seed, distinct from those of data/sampling.cpp.
constexpr std::uint64_t kWeightStream = 0x3e16'4700'0000'0000ULL;
constexpr std::uint64_t kDropoutStream = 0xd209'0770'0000'0000ULL;

const nlohmann::json& number_of(const nlohmann::json& state, const char* key, bool whole = false) {
  const auto found = state.find(key);
  const auto is_right = [&] { return whole ? found->is_number_integer() : found->is_number(); };
  if (found != state.end() && is_right()) return *found;
  const std::string kind = whole ? "whole number" : "number";
  throw_corrupt("the checkpoint has no " + kind + " '" + key + "'");
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::shared_ptr<torch::nn::Module> initial_network(const RunConfig& config, torch::Device device) {
  torch::manual_seed(mix_seed(config.seed, kWeightStream));
  std::shared_ptr<torch::nn::Module> network = make_network(config.model);
  network->to(device);
  return network;
}

void copy_state(const torch::nn::Module& from, const torch::nn::Module& to) {
  auto target = state_of(to);
  for (const auto& [name, tensor] : state_of(from)) target.at(name).copy_(tensor);
}

std::vector<torch::nn::BatchNorm2dImpl*> normalisations_of(const torch::nn::Module& network) {
  std::vector<torch::nn::BatchNorm2dImpl*> norms;
  for (const auto& module : network.modules(false)) {
    if (auto* norm = module->as<torch::nn::BatchNorm2d>()) norms.push_back(norm);
  }
  return norms;
}

// Replaces a network's parameters with `values` while it lives.
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

// Keeps Torch's operators on the calling thread while it lives. Next to an engine's own threads
// they have too little to do to be divided: Torch's threads, spinning until the next operator
// comes, would only take processors away (ten times slower if others use them too).
class SingleThreadedOperators {
 public:
  SingleThreadedOperators() : threads_(at::get_num_threads()) { at::set_num_threads(1); }
  ~SingleThreadedOperators() { at::set_num_threads(threads_); }
  SingleThreadedOperators(const SingleThreadedOperators&) = delete;
  SingleThreadedOperators& operator=(const SingleThreadedOperators&) = delete;

 private:
  int threads_;
};

}  // namespace

Trainer::Trainer(const RunConfig& config, std::unique_ptr<TrainingTask> task, torch::Device device,
                 Communicator* communicator)
    : config_(config),
      device_(device),
      communicator_(communicator),
      task_(std::move(task)),
      examples_(task_->size().examples),
      network_(initial_network(config, device)) {
  // Otherwise cuDNN chooses gradients that add up in any order.
  if (device_.is_cuda()) at::globalContext().setDeterministicCuDNN(true);
  parameters_.emplace(*network_);
  optimizer_.emplace(config_.optimizer, *parameters_);
  gradient_ = task_->make_gradient(network_, *parameters_);
  if (communicator_ != nullptr) {
    message_ = torch::empty({parameters_->gradients.numel() + 2}, parameters_->gradients.options());
  }
  if (config_.training.ema_decay > 0) average_ = parameters_->values.clone();
  const std::int64_t batch = config_.training.batch_size;
  steps_per_epoch_ = (examples_ + batch - 1) / batch;
  total_steps_ = std::max<std::int64_t>(
      1, std::llround(config_.training.epochs * static_cast<double>(steps_per_epoch_)));
  loss_.sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device_));
}

void Trainer::begin_with(const NetworkFile& file) {
  if (file.options != config_.model) {
    throw Error(ErrorKind::kUsage, "its network differs from the config's 'model'", file.path);
  }
  const torch::NoGradGuard no_grad;
  copy_state(*file.network, *network_);
  if (average_.defined()) average_.copy_(parameters_->values);
}

double Trainer::schedule_factor_at(std::int64_t step) const {
  return schedule_factor(config_.schedule, step, total_steps_, steps_per_epoch_);
}

torch::Tensor Trainer::loss_and_gradient(const torch::Tensor& batch) {
  std::int64_t size = batch.size(0);
  Share share = share_of(size, communicator_);
  if (communicator_ != nullptr && size < communicator_->size()) {
    // Too few for all: every rank takes all of them, and the batch counts as that many repetitions,
    // which changes neither its mean loss nor its statistics. Torch cannot convolve zero images.
    share = {.begin = 0, .size = size};
    size *= communicator_->size();
  }
  return gradient_->loss_and_gradient(
      {.examples = batch.narrow(0, share.begin, share.size),
       .first = share.begin,
       .batch_size = size,
       .epoch = step_ / steps_per_epoch_,
       .random_seed = mix_seed(config_.seed, kDropoutStream + static_cast<std::uint64_t>(step_))});
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
  loss_.examples += count;
  ++step_;
  return stop;
}

bool Trainer::train_epoch(TrainingObserver& observer) {
  std::optional<SingleThreadedOperators> single_threaded;
  if (gradient_->has_threads()) single_threaded.emplace();
  network_->train();
  const std::int64_t batch = config_.training.batch_size;
  const std::int64_t epoch = step_ / steps_per_epoch_;
  const std::int64_t epoch_end = std::min((epoch + 1) * steps_per_epoch_, total_steps_);
  const torch::Tensor order = epoch_order(examples_, config_.seed, epoch);
  const std::int64_t checkpoint_steps = config_.training.checkpoint_steps;
  Clock::time_point start = Clock::now();
  const double seconds_before = epoch_seconds_;
  while (step_ < epoch_end) {
    const std::int64_t begin = (step_ - epoch * steps_per_epoch_) * batch;
    const bool stop = train_step(order.slice(0, begin, std::min(begin + batch, order.size(0))),
                                 observer.interrupted());
    epoch_seconds_ = seconds_before + seconds_since(start);
    observer.on_step(
        {step_, total_steps_, epoch + 1, static_cast<double>(loss_.examples) / epoch_seconds_});
    if (step_ == epoch_end) break;
    if (stop) return false;
    if (checkpoint_steps > 0 && step_ % checkpoint_steps == 0) {
      const Clock::time_point pause = Clock::now();
      observer.on_checkpoint(*this);
      start += Clock::now() - pause;  // writing is not training
    }
  }
  return true;
}

TrainingOutcome Trainer::run(TrainingObserver& observer) {
  adopt_state_of_rank_0();
  while (step_ < total_steps_) {
    // Here, so a run that was killed before it could stop does so when resumed.
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
  metrics.train_loss = loss_.sum.item<double>() / static_cast<double>(loss_.examples);
  if (!std::isfinite(metrics.train_loss)) {
    throw Error(ErrorKind::kUsage, "training diverged in epoch " + std::to_string(metrics.epoch) +
                                       ": lower optimizer.learning_rate");
  }
  metrics.seconds = seconds;
  metrics.images_per_second = static_cast<double>(loss_.examples) / seconds;
  metrics.learning_rate = config_.optimizer.learning_rate * schedule_factor_at(step_ - 1);
  if (task_->size().held_out > 0) {
    const Validation validation = task_->validate(averaged_network());
    metrics.validation_loss = validation.loss;
    metrics.validation_accuracy = validation.accuracy;
    metrics.further = validation.further;
  }
  loss_.sum.zero_();
  loss_.examples = 0;
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
  // Of equals the later one is taken, whose learning rate is lower and whose average is longer. For
  // early stopping it is not an improvement.
  if (metrics.validation_accuracy == best_accuracy_) return true;
  best_accuracy_ = metrics.validation_accuracy.value_or(-1);
  best_epoch_ = metrics.epoch;
  return true;
}

std::shared_ptr<torch::nn::Module> Trainer::averaged_network() {
  if (averaged_step_ == step_) return averaged_;
  const torch::NoGradGuard no_grad;
  std::optional<ParameterSwap> swap;
  if (average_.defined()) swap.emplace(parameters_->values, average_);
  std::shared_ptr<torch::nn::Module> copy = make_network(config_.model);
  copy->to(device_);
  copy_state(*network_, *copy);
  if (average_.defined()) renew_statistics(*copy);
  copy->eval();
  averaged_ = copy;
  averaged_step_ = step_;
  return copy;
}

void Trainer::renew_statistics(torch::nn::Module& network) {
  const auto norms = normalisations_of(network);
  if (norms.empty()) return;
  for (torch::nn::BatchNorm2dImpl* norm : norms) {
    norm->reset_running_stats();
    norm->options.momentum().reset();  // the plain mean over all batches
  }
  network.train();
  const std::int64_t size = std::min(config_.training.batch_size, examples_);
  const std::int64_t batches =
      std::min((task_->statistics_examples() + size - 1) / size, examples_ / size);
  // Evenly spread over all examples, whatever their order.
  const torch::Tensor examples =
      torch::arange(batches * size, torch::kInt64).mul_(examples_).div_(batches * size, "floor");
  for (std::int64_t i = 0; i < batches; ++i) {
    task_->show(network, examples.narrow(0, i * size, size), step_ / steps_per_epoch_);
  }
}

NetworkFile Trainer::model() {
  const torch::NoGradGuard no_grad;
  const std::shared_ptr<torch::nn::Module> averaged = averaged_network();
  NetworkFile file{.options = config_.model,
                   .network = make_network(config_.model),
                   .metadata = task_->calibrate(averaged),
                   .training = nlohmann::json::object(),
                   .path = {}};
  copy_state(*averaged, *file.network);
  file.network->eval();
  return file;
}

std::map<std::string, torch::Tensor> Trainer::state_tensors() {
  std::map<std::string, torch::Tensor> tensors = optimizer_->state();
  tensors["parameters"] = parameters_->values;
  if (average_.defined()) tensors["average"] = average_;
  for (const auto& item : network_->named_buffers()) tensors["buffer." + item.key()] = item.value();
  for (const auto& [name, tensor] : task_->state()) tensors["task." + name] = tensor;
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
          {"loss_images", loss_.examples},
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
  const std::string no_fit = "the checkpoint does not fit the config";
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (!own.contains(name)) throw_corrupt(no_fit + ": it holds tensor " + in_quotes(name));
  }
  for (auto [name, tensor] : own) {
    const auto stored = checkpoint.tensors.find(name);
    if (stored == checkpoint.tensors.end()) {
      throw_corrupt(no_fit + ": it lacks tensor " + in_quotes(name));
    }
    if (stored->second.sizes() != tensor.sizes() ||
        stored->second.scalar_type() != tensor.scalar_type()) {
      throw_corrupt(no_fit + " at tensor " + in_quotes(name));
    }
    tensor.copy_(stored->second);
  }
  restore_numbers(checkpoint.state);
  const std::int64_t finished = step_ == total_steps_
                                    ? (step_ + steps_per_epoch_ - 1) / steps_per_epoch_
                                    : step_ / steps_per_epoch_;
  if (step_ < 0 || step_ > total_steps_ || finished != std::ssize(history_)) {
    throw_corrupt("the checkpoint is another run's");
  }
}

void Trainer::restore_numbers(const nlohmann::json& state) {
  step_ = number_of(state, "step", true).get<std::int64_t>();
  loss_.examples = number_of(state, "loss_images", true).get<std::int64_t>();
  epoch_seconds_ = number_of(state, "epoch_seconds").get<double>();
  best_accuracy_ = number_of(state, "best_accuracy").get<double>();
  best_epoch_ = number_of(state, "best_epoch", true).get<std::int64_t>();
  history_.clear();
  try {
    for (const auto& row : state.at("history")) history_.push_back(epoch_metrics_from_json(row));
  } catch (const nlohmann::json::exception&) {
    throw_corrupt("the checkpoint's 'history' ends at epoch " + std::to_string(history_.size()));
  }
}

}  // namespace mnist
