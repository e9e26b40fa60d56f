#include "mnist/train/digit_task.h"

#include <algorithm>
#include <variant>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/nn/functional/loss.h>
#include <torch/utils.h>

#include "mnist/base/error.h"
#include "mnist/gradient/digit_gradient.h"
#include "mnist/model/model_file.h"
#include "mnist/read/calibration.h"
#include "mnist/read/evaluate.h"
#include "mnist/read/found_digits.h"
#include "mnist/read/inference.h"
#include "mnist/report/number_text.h"
#include "mnist/train/digit_sources.h"

namespace mnist {
namespace {

namespace F = torch::nn::functional;

// Share of held-out digits that a trained model rejects as not a digit. MNIST's are tidy: of digits
// on photos it rejects a few times as many.
constexpr double kRejectedDigits = 0.003;

Classifier classifier_of(const std::shared_ptr<torch::nn::Module>& network) {
  return Classifier(std::dynamic_pointer_cast<ClassifierImpl>(network));
}

void append(DigitSet& digits, const DigitSet& more) {
  if (more.size() == 0) return;
  digits.images = torch::cat({digits.images, more.images});
  digits.labels = torch::cat({digits.labels, more.labels});
}

DigitSet all_digits(const TrainingDigits& digits, const RunConfig& config, const TaskPlace& place) {
  if (digits.training.size() == 0) {
    throw Error(ErrorKind::kUsage, "there are no images to train on");
  }
  DigitSet all = digits.training;
  if (config.data.hands > 0) all = with_hands(all, config.data.hands, config.seed);
  DigitSet finds;
  if (config.data.finds > 0) {
    finds = found_digits(all, config.data.finds, config.seed, load_finder(place.page_model));
  }
  if (config.data.outliers > 0) all = with_outliers(all, config.data.outliers, config.seed);
  append(all, finds);
  append(all, digits.others);
  return all;
}

}  // namespace

DigitTask::DigitTask(const RunConfig& config, TrainingDigits digits, TaskPlace place)
    : config_(config),
      place_(std::move(place)),
      loss_{.smoothing = config.training.label_smoothing,
            .not_a_digit = config.data.outliers + config.data.finds + digits.others.size() > 0},
      given_(digits.training.size()),
      batches_(all_digits(digits, config, place_), config.augmentation, config.seed, place_.device),
      validation_(std::move(digits.validation)),
      remarks_(std::move(digits.remarks)),
      name_(digits.training.name),
      images_sha256_(digits.training.images_sha256),
      labels_sha256_(digits.training.labels_sha256),
      others_sha256_(digits.others.images_sha256) {
  if (needs_page_model(config)) page_model_sha256_ = network_digest(place_.page_model);
  if (!is_classifier(config.model)) {
    throw Error(ErrorKind::kUsage, "the network '" + std::string(network_name(config.model)) +
                                       "' does not classify digits");
  }
}

TaskSize DigitTask::size() const {
  return {.examples = batches_.size(), .given = given_, .held_out = validation_.size()};
}

std::unique_ptr<GradientEngine> DigitTask::make_gradient(
    const std::shared_ptr<torch::nn::Module>& network, FlatParameters& parameters) {
  return make_digit_gradient(classifier_of(network), parameters, batches_,
                             {.loss = loss_,
                              .precision = config_.training.precision,
                              .threads = at::get_num_threads(),
                              .communicator = place_.communicator});
}

void DigitTask::show(torch::nn::Module& network, const torch::Tensor& examples,
                     std::int64_t epoch) {
  dynamic_cast<ClassifierImpl&>(network).forward(batches_.ink(examples, epoch));
}

Validation DigitTask::validate(const std::shared_ptr<torch::nn::Module>& network) {
  const Share share = share_of(validation_.size(), place_.communicator);
  const torch::Tensor sums = torch::zeros({2}, torch::kFloat64);  // of the loss; right answers
  if (share.size > 0) {
    Classifier classifier = classifier_of(network);
    const torch::Tensor logits = infer_logits(
        classifier, validation_.images.narrow(0, share.begin, share.size), place_.device);
    const torch::Tensor labels = validation_.labels.narrow(0, share.begin, share.size);
    sums[0].copy_(F::cross_entropy(logits, labels) * static_cast<double>(share.size));
    sums[1].copy_(logits.argmax(1).eq(labels).sum());
  }
  if (place_.communicator != nullptr) place_.communicator->all_reduce_sum(sums);
  const auto count = static_cast<double>(validation_.size());
  return {.loss = sums[0].item<double>() / count,
          .accuracy = sums[1].item<double>() / count,
          .further = {}};
}

std::pair<torch::Tensor, torch::Tensor> DigitTask::calibration_digits() const {
  if (validation_.size() > 0) return {validation_.images, validation_.labels};
  constexpr std::int64_t kEnough = 5000;
  // From everywhere: pictures come class by class.
  const std::int64_t step = std::max<std::int64_t>(1, size().given / kEnough);
  const auto some = [&](const torch::Tensor& all) {
    return all.slice(0, 0, size().given, step).to(torch::kCPU);
  };
  return {some(batches_.all_images()), some(batches_.all_labels())};
}

std::map<std::string, std::string> DigitTask::calibrate(
    const std::shared_ptr<torch::nn::Module>& network) {
  Classifier classifier = classifier_of(network);
  const auto [images, labels] = calibration_digits();
  const torch::Tensor logits = infer_logits(classifier, images, place_.device);
  Model model;
  model.network = classifier;
  model.temperature = fit_temperature(logits, labels);
  if (loss_.not_a_digit) {
    model.accept_above = fit_acceptance_threshold(acceptance_of(logits), kRejectedDigits);
  }
  return classifier_metadata(model);
}

double DigitTask::accuracy_of_guessing() const {
  constexpr std::int64_t kEnoughToTell = 100;
  if (validation_.size() < kEnoughToTell) return 0;
  const torch::Tensor counts = torch::bincount(validation_.labels, {}, kClasses);
  return counts.max().item<double>() / static_cast<double>(validation_.size());
}

nlohmann::json DigitTask::data_record() const {
  nlohmann::json record = {
      {"images", name_}, {"images_sha256", images_sha256_}, {"labels_sha256", labels_sha256_}};
  if (!others_sha256_.empty()) record["others_sha256"] = others_sha256_;
  if (!page_model_sha256_.empty()) record["page_model_sha256"] = page_model_sha256_;
  return record;
}

bool DigitTask::has_same_data(const nlohmann::json& record) const {
  return record.value("images_sha256", "") == images_sha256_ &&
         record.value("labels_sha256", "") == labels_sha256_ &&
         record.value("others_sha256", "") == others_sha256_ &&
         record.value("page_model_sha256", "") == page_model_sha256_;
}

std::optional<std::string> DigitTask::why_untested() const {
  if (place_.data.empty()) return "there is no data folder: use --data DIR";
  if (has_test_set(config_, place_)) return std::nullopt;
  return place_.data.string() + ": lacks " + config_.data.test_images + " or " +
         config_.data.test_labels;
}

DigitSet DigitTask::test_set() const {
  return normalized(find_digit_set(place_.data, config_.data.test_images, config_.data.test_labels),
                    config_.data.form);
}

std::optional<FinalTest> DigitTask::test(const std::filesystem::path& model) const {
  const DigitSet digits = test_set();
  std::vector<Model> models = {load_model(model)};
  const EvaluationResult result =
      evaluate_predictions(evaluate_models(models, digits, place_.device));
  const auto per_cent = [](double share) { return fixed_text(100 * share, 2); };
  return FinalTest{
      .summary = "test accuracy " + per_cent(result.accuracy) + " % (final; 95 % interval " +
                 per_cent(result.accuracy_interval.lower) + " to " +
                 per_cent(result.accuracy_interval.upper) + ", " + images_text(result.images) + ")",
      .record = {{"test_images", digits.name},
                 {"test_images_sha256", digits.images_sha256},
                 {"test_labels_sha256", digits.labels_sha256}}};
}

std::unique_ptr<TrainingTask> make_digit_task(const RunConfig& config, const TaskPlace& place) {
  return std::make_unique<DigitTask>(config, load_training_digits(config, place), place);
}

}  // namespace mnist
