#include "eval/job.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/base/version.h"
#include "mnist/bytes/folder.h"
#include "mnist/data/sampling.h"
#include "mnist/digit/picture.h"
#include "mnist/model/device.h"
#include "mnist/read/evaluate.h"
#include "mnist/read/reader.h"
#include "mnist/report/evaluation_csv.h"
#include "mnist/report/evaluation_json.h"
#include "mnist/report/evaluation_text.h"
#include "mnist/report/page_report.h"
#include "mnist/report/prediction_lines.h"

#include "common/data_files.h"
#include "common/guard.h"
#include "common/logging.h"
#include "common/progress.h"
#include "common/shipped.h"
#include "common/threads.h"
#include "eval/labelled_pages.h"
#include "eval/labelled_pictures.h"
#include "eval/report_folder.h"

namespace mnist::app::eval {
namespace {

using nlohmann::literals::operator""_json_pointer;

// What determines which images a training run held out.
struct SplitRecord {
  std::int64_t validation = 0;
  std::uint64_t seed = 0;
  std::string labels_sha256;
  ImageForm form{};  // of its images, which has to be that of this evaluation

  bool operator==(const SplitRecord&) const = default;
};

SplitRecord split_record(const Model& model) {
  const nlohmann::json& record = model.training;
  SplitRecord split;
  try {
    split = {.validation = record.at("/config/data/validation"_json_pointer).get<std::int64_t>(),
             .seed = record.at("/config/seed"_json_pointer).get<std::uint64_t>(),
             .labels_sha256 =
                 record.at("/environment/data/labels_sha256"_json_pointer).get<std::string>()};
    const nlohmann::json& data = record.at("/config/data"_json_pointer);
    split.form.orientation = data.value("orientation", split.form.orientation);
    split.form.inverted = data.value("invert", split.form.inverted);
  } catch (const nlohmann::json::exception&) {  // no such record: treated like no split
  }
  if (split.validation > 0) return split;
  throw Error(ErrorKind::kUsage, "it was trained without a validation split", model.path);
}

// The images that the models' training runs held out. Images that one of them held out and another
// learned would flatter the other.
DigitSet validation_part(const DigitSet& training, const Job& job) {
  const SplitRecord first = split_record(job.models.front());
  const auto check = [&](const Model& model) {
    const SplitRecord split = split_record(model);
    if (split.labels_sha256 != training.labels_sha256) {
      throw Error(ErrorKind::kUsage, "it was trained on different data", model.path);
    }
    if (split.form != job.flags.form) {
      throw Error(ErrorKind::kUsage,
                  "it was trained on these images with other values of orientation or invert",
                  model.path);
    }
    if (split == first) return;
    throw Error(ErrorKind::kUsage,
                "its training set aside different images from that of " + job.models.front().path +
                    ": 'seed' or 'data.validation' differ",
                model.path);
  };
  for (const Model& model : job.models) check(model);
  if (job.other) check(*job.other);
  const DataSplit split = stratified_split(training.labels, first.validation, first.seed);
  return training.subset(split.validation);
}

DigitSet load_split(const Job& job) {
  const std::filesystem::path folder = data_directory(job.flags.data, "");
  DataConfig usual_names;
  usual_names.form = job.flags.form;
  if (job.flags.split == "test") return load_test_set(folder, usual_names);
  DigitSet training = load_training_set(folder, usual_names);
  return job.flags.split == "train" ? training : validation_part(training, job);
}

// Every picture's surest digit; pictures with none, or several, are rejected.
EvaluationInput evaluate_pictures(std::span<const Model> models, const LabelledPictures& pictures,
                                  torch::Device device, const std::string& name) {
  EvaluationInput input;
  input.labels = pictures.labels;
  input.sources = pictures.sources;
  input.data = name;
  std::array<double, kClasses> unknown;
  unknown.fill(1.0 / kClasses);
  input.probabilities.resize(pictures.labels.size(), unknown);
  input.rejected.resize(pictures.labels.size(), true);
  const auto start = std::chrono::steady_clock::now();
  std::vector<Page> pages = pictures.pages;
  Predictor predictor({models.begin(), models.end()}, {.device = device});
  classify(pages, predictor);
  input.model = joined_paths(models);
  input.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const Find* surest = surest_digit(pages[i]);
    if (surest != nullptr) input.probabilities[i] = surest->prediction.probabilities;
    input.rejected[i] = only_digit(pages[i]).rejection.has_value();
  }
  return input;
}

// The same images for every model.
class EvaluationData {
 public:
  explicit EvaluationData(const Job& job) : device_(job.device) {
    if (job.flags.images.empty()) {
      digits_ = load_split(job);
    } else {
      pictures_ = load_labelled_pictures(job.flags.images,
                                         load_finder(page_model_path(job.flags.page_model)),
                                         progress_of_pictures(job.flags.common));
      name_ = job.flags.images;
    }
  }

  EvaluationInput ask(std::vector<Model>& models) const {
    return pictures_ ? evaluate_pictures(models, *pictures_, device_, name_)
                     : evaluate_models(models, *digits_, device_);
  }

  // What the networks see of an image, light ink.
  Image picture(std::int64_t image) const {
    if (pictures_) {
      const Find* surest = surest_digit(pictures_->pages[image]);
      return picture_of(surest != nullptr ? surest->digit : Digit{});
    }
    return picture_of(*digits_, image);
  }

  // The images' file names; empty for those of an IDX file.
  std::vector<std::string> names() const {
    return pictures_ ? pictures_->names : std::vector<std::string>{};
  }

  nlohmann::ordered_json data_record() const {
    if (pictures_) return {{"images", name_}};
    return {{"images", digits_->name},
            {"images_sha256", digits_->images_sha256},
            {"labels_sha256", digits_->labels_sha256}};
  }

  bool any_failed() const { return pictures_ && pictures_->any_failed; }

 private:
  torch::Device device_;
  std::string name_;
  std::optional<DigitSet> digits_;
  std::optional<LabelledPictures> pictures_;
};

ModelComparison compare(const EvaluationInput& first, const EvaluationInput& second) {
  return {.model = second.model,
          .accuracy = evaluate_predictions(second).accuracy,
          .paired = compare_paired(right_answers(first.labels, first.probabilities),
                                   right_answers(second.labels, second.probabilities))};
}

nlohmann::ordered_json model_record(const Model& model) {
  return {{"path", model.path},
          {"parameters", parameter_count(model.network->options)},
          {"temperature", model.temperature},
          {"reject_below", model.reject_below},
          {"accept_above", model.accept_above}};
}

nlohmann::ordered_json environment_of(const Job& job, const EvaluationData& evaluated) {
  nlohmann::ordered_json environment = {
      {"created", utc_now()},           {"mnist_toolkit", kVersion}, {"torch", describe_torch()},
      {"device", job.device.str()},     {"threads", job.threads},    {"split", job.flags.split},
      {"data", evaluated.data_record()}};
  if (!job.flags.images.empty()) environment.erase("split");
  if (!job.flags.form.is_usual()) {
    environment["orientation"] = job.flags.form.orientation;
    environment["invert"] = job.flags.form.inverted;
  }
  for (std::size_t i = 0; i < job.models.size(); ++i) {
    const std::string number = job.models.size() == 1 ? "" : "_" + std::to_string(i + 1);
    environment["model" + number] = model_record(job.models[i]);
  }
  if (job.other) environment["compared_model"] = model_record(*job.other);
  return environment;
}

std::string formatted(const PageReport& report, const std::string& format) {
  if (format == "json") return page_report_json(report);
  return format == "csv" ? page_report_csv(report) : page_report_text(report);
}

// Reads every page and compares it with the truth. Returns the exit code.
int evaluate_pages(const Job& job, std::ostream& out) {
  const Finder finder = load_finder(page_model_path(job.flags.page_model));
  Predictor predictor(job.models, {.device = job.device});
  PageReport report{.model = joined_paths(job.models), .data = job.flags.pages};
  const auto start = std::chrono::steady_clock::now();
  LabelledPages labelled =
      load_labelled_pages(job.flags.pages, finder, progress_of_pictures(job.flags.common));
  classify(labelled.pages, predictor);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  report.pages = std::move(labelled.truths);
  for (std::size_t i = 0; i < report.pages.size(); ++i) {
    PageReading& reading = report.pages[i];
    const PagePrediction read = page_prediction(labelled.pages[i]);
    if (!read.digits.empty()) reading.read = digit_text({.path = {}, .outcome = read});
    for (const LocatedPrediction& digit : read.digits) {
      const bool is_read = !digit.prediction.rejection && digit.prediction.digit;
      reading.finds.push_back({.digit = is_read ? *digit.prediction.digit : -1, .box = digit.box});
    }
  }
  write_results(out, formatted(report, job.flags.format));
  if (labelled.any_failed) return kFailure;
  const double share = total_scores(report).whole_share();
  const bool good_enough = !job.flags.min_accuracy || share >= *job.flags.min_accuracy;
  return good_enough ? kSuccess : kConditionMet;
}

std::string formatted(const EvaluationResult& result, const std::string& format) {
  if (format == "json") return evaluation_json(result);
  return format == "csv" ? evaluation_csv(result) : evaluation_text(result);
}

}  // namespace

Job resolve(const Flags& flags) {
  set_up_logging(flags.common);
  Job job{.flags = flags,
          .device = select_device(flags.device.device),
          .threads = set_allowed_threads(flags.device.threads, 0, 0),
          .models = {},
          .other = std::nullopt};
  // Now, so a mistake in its name shows before the work and not after.
  if (!flags.report.empty()) make_folders(flags.report);
  std::vector<std::string> models = flags.models;
  if (models.empty()) models.emplace_back();  // the shipped one
  for (const std::string& model : models) job.models.push_back(load_model(model_path(model)));
  if (!flags.compare.empty()) job.other = load_model(model_path(flags.compare));
  return job;
}

int run(Job& job, std::ostream& out) {
  if (!job.flags.pages.empty()) return evaluate_pages(job, out);
  const EvaluationData evaluated(job);
  const EvaluationInput input = evaluated.ask(job.models);
  EvaluationResult result = evaluate_predictions(input);
  std::optional<EvaluationInput> other_input;
  if (job.other) {
    std::vector<Model> others = {*job.other};
    other_input = evaluated.ask(others);
    result.comparison = compare(input, *other_input);
  }
  if (!job.flags.report.empty()) {
    write_report(job.flags.report,
                 {.answers = input,
                  .result = result,
                  .other_answers = other_input,
                  .picture = [&evaluated](std::int64_t i) { return evaluated.picture(i); },
                  .names = evaluated.names(),
                  .trainings = read_trainings(job.flags.models),
                  .environment = environment_of(job, evaluated)});
  }
  write_results(out, formatted(result, job.flags.format));
  if (evaluated.any_failed()) return kFailure;
  // Written so that an undefined accuracy also fails.
  const bool good_enough = !job.flags.min_accuracy || result.accuracy >= *job.flags.min_accuracy;
  return good_enough ? kSuccess : kConditionMet;
}

}  // namespace mnist::app::eval
