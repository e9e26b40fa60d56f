#include "train/job.h"

#include <cmath>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "mnist/base/error.h"
#include "mnist/base/version.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/json_document.h"
#include "mnist/data/sampling.h"
#include "mnist/evaluate/evaluate.h"
#include "mnist/model/device.h"
#include "mnist/report/number_text.h"

#include "common/data_files.h"
#include "common/guard.h"
#include "common/interrupt.h"
#include "common/logging.h"
#include "train/progress_report.h"

namespace mnist::app::train {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kMaxConfigBytes = 1 << 20;

void apply_flags(JsonDocument& document, const Flags& flags) {
  for (const std::string& assignment : flags.set) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos) {
      throw Error(ErrorKind::kUsage, "--set takes KEY=VALUE, not '" + assignment + "'");
    }
    document.set(assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  if (flags.seed) document.set("seed", std::to_string(*flags.seed));
  if (flags.device) document.set("device", json(*flags.device).dump());
  if (flags.threads) document.set("threads", std::to_string(*flags.threads));
}

RunConfig read_config(const fs::path& file, const Flags& flags) {
  const Bytes bytes = read_file(file, kMaxConfigBytes);
  const std::string text(bytes.begin(), bytes.end());
  JsonDocument document = JsonDocument::parse(text, file.string());
  apply_flags(document, flags);
  return RunConfig::read(document);
}

// runs/fast, or runs/fast-2, … where that is taken.
fs::path free_run_folder(const std::string& config) {
  const fs::path base = fs::path("runs") / fs::path(config).stem();
  fs::path folder = base;
  for (int n = 2; fs::exists(folder); ++n) folder = base.string() + "-" + std::to_string(n);
  return folder;
}

// A resumed run may train longer, elsewhere and with other files' folder; nothing else may differ,
// or the run would not be the one that was begun.
void check_resumed_config(const RunConfig& resumed, const RunConfig& begun, const fs::path& run) {
  json may = resumed.to_json();
  const json was = begun.to_json();
  may["training"]["epochs"] = was["training"]["epochs"];
  may["device"] = was["device"];
  may["threads"] = was["threads"];
  may["data"]["directory"] = was["data"]["directory"];
  if (may != was) {
    throw Error(
        ErrorKind::kUsage,
        "a resumed run can change training.epochs, data.directory, device and threads alone",
        run.string());
  }
  if (resumed.training.epochs > begun.training.epochs &&
      begun.training.epochs != std::floor(begun.training.epochs)) {
    throw Error(ErrorKind::kUsage, "a run that ends within an epoch cannot be made longer",
                run.string());
  }
  if (resumed.training.epochs < begun.training.epochs) {
    throw Error(ErrorKind::kUsage, "a resumed run can have more epochs, not fewer", run.string());
  }
}

json environment_of(const DigitSet& training, torch::Device device, int threads) {
  return {{"mnist_toolkit", kVersion},
          {"torch", describe_torch()},
          {"device", device.str()},
          {"threads", threads},
          {"data",
           {{"images", training.name},
            {"images_sha256", training.images_sha256},
            {"labels_sha256", training.labels_sha256}}}};
}

int dry_run(const Job& job, const DigitSet& training, const Trainer& trainer, std::ostream& out) {
  const json plan = {{"config", job.config.to_json()},
                     {"parameters", parameter_count(job.config.model)},
                     {"multiply_adds_per_image", multiply_adds(job.config.model)},
                     {"training_images", training.size()},
                     {"validation_images", job.config.data.validation},
                     {"steps_per_epoch", trainer.steps_per_epoch()},
                     {"steps", trainer.total_steps()}};
  out << plan.dump(2) << '\n';
  flush_results(out);
  return kSuccess;
}

// Once, at the very end: no decision of the training has seen the test set.
void report_test_accuracy(const Job& job, const RunDirectory& run, torch::Device device,
                          std::ostream& out) {
  std::optional<DigitSet> test;
  try {
    test = load_test_set(job.data, job.config.data);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kIo) throw;
    spdlog::warn("no test set, so no test accuracy: {}", error.what());
    return;
  }
  std::vector<Model> models = {load_model(run.best_model())};
  const EvaluationResult result = evaluate_predictions(evaluate_models(models, *test, device));
  out << "test accuracy " << fixed_text(100 * result.accuracy, 2) << " % (final; 95 % interval "
      << fixed_text(100 * result.accuracy_interval.lower, 2) << " to "
      << fixed_text(100 * result.accuracy_interval.upper, 2) << ", " << result.images
      << " images)\n";
}

int finish(const Job& job, const RunDirectory& run, TrainingOutcome outcome, torch::Device device,
           std::ostream& out) {
  if (outcome == TrainingOutcome::kInterrupted) {
    spdlog::warn("interrupted; to go on: mnist-train --resume {}", run.path().string());
    return kFailure;
  }
  if (outcome == TrainingOutcome::kStoppedEarly) {
    spdlog::info("stopped early: no better validation accuracy for {} epochs",
                 job.config.training.early_stopping);
  }
  report_test_accuracy(job, run, device, out);
  out << "model " << run.best_model().string() << '\n';
  flush_results(out);
  return kSuccess;
}

}  // namespace

Job resolve(const Flags& flags) {
  set_up_logging(flags.common);
  Job job{.flags = flags, .config = {}, .data = {}, .out = {}, .run = std::nullopt};
  if (flags.resume.empty()) {
    job.config = read_config(flags.config, flags);
    job.out = flags.out.empty() ? free_run_folder(flags.config) : fs::path(flags.out);
    if (fs::exists(job.out / "config.json") && !flags.dry_run) {
      throw Error(ErrorKind::kUsage,
                  "a run is there already: go on with --resume, or choose another --out",
                  job.out.string());
    }
  } else {
    job.run = RunDirectory::open(flags.resume);
    job.config = read_config(job.run->path() / "config.json", flags);
    check_resumed_config(job.config, job.run->config(), job.run->path());
    job.out = job.run->path();
  }
  job.data = data_directory(flags.data, job.config.data.directory);
  // What the run's record says is where the data were, not where one might have looked.
  job.config.data.directory = job.data.string();
  return job;
}

int run(Job& job, std::ostream& out) {
  const torch::Device device = select_device(job.config.device);
  const int threads = set_threads(job.config.threads);
  const DigitSet all = load_training_set(job.data, job.config.data);
  const DataSplit split = stratified_split(all.labels, job.config.data.validation, job.config.seed);
  const DigitSet training = all.subset(split.training);
  Trainer trainer(job.config, training, all.subset(split.validation), device);
  if (job.flags.dry_run) return dry_run(job, training, trainer, out);

  const json environment = environment_of(all, device, threads);
  const bool resumed = job.run.has_value();
  if (resumed) {
    const json begun_with = job.run->environment().value("data", json::object());
    if (begun_with.value("images_sha256", "") != all.images_sha256 ||
        begun_with.value("labels_sha256", "") != all.labels_sha256) {
      throw Error(ErrorKind::kUsage, "these are not the data the run was begun with",
                  job.data.string());
    }
    if (job.run->has_checkpoint()) trainer.restore(job.run->read_checkpoint());
    job.run->write_config(job.config);
  } else {
    job.run = RunDirectory::create(job.out, job.config, environment);
  }
  log_to_file_too(job.run->log());
  spdlog::info("{} {} images, {} for validation, {} steps on {} with {} threads -> {}",
               resumed ? "resuming:" : "training on", training.size(), split.validation.size(0),
               trainer.total_steps(), device.str(), threads, job.run->path().string());
  if (resumed) spdlog::info("going on after step {}", trainer.step());

  catch_interrupts();
  ProgressReport report(*job.run, job.flags.common);
  const TrainingOutcome outcome = trainer.run(report);
  release_interrupts();
  if (outcome == TrainingOutcome::kInterrupted) job.run->write_checkpoint(trainer);
  return finish(job, *job.run, outcome, device, out);
}

}  // namespace mnist::app::train
