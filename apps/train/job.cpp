#include "train/job.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>
#include <stdlib.h>
#include <torch/cuda.h>

#include "mnist/base/error.h"
#include "mnist/base/machine.h"
#include "mnist/base/processors.h"
#include "mnist/base/version.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/json_document.h"
#include "mnist/model/device.h"
#include "mnist/parallel/process_group.h"

#include "common/data_files.h"
#include "common/guard.h"
#include "common/interrupt.h"
#include "common/logging.h"
#include "common/progress.h"
#include "common/shipped.h"
#include "common/threads.h"
#include "train/progress_report.h"

namespace mnist::app::train {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void apply_flags(JsonDocument& document, const Flags& flags) {
  for (const std::string& assignment : flags.set) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos) {
      throw Error(ErrorKind::kUsage, "--set takes KEY=VALUE, not '" + assignment + "'");
    }
    document.set(assignment.substr(0, equals), assignment.substr(equals + 1),
                 "--set " + assignment);
  }
  const auto set = [&](const std::string& key, const auto& value) {
    if (value) document.set(key, json(*value).dump(), "--" + key);
  };
  set("seed", flags.seed);
  set("device", flags.device);
  set("threads", flags.threads);
}

// The run's record is JSON, which cannot express other names.
void require_utf8(const fs::path& folder) {
  try {
    static_cast<void>(json(folder.string()).dump());
  } catch (const json::type_error&) {
    throw Error(ErrorKind::kUsage, "the name of a data folder must be UTF-8", folder.string());
  }
}

void find_data(Job& job) {
  try {
    job.data = data_directory(job.flags.data, job.config.data.directory);
  } catch (const Error&) {  // without a folder there is no test set, which alone is not an error
    if (reads_data(job.config) || !job.flags.data.empty()) throw;
  }
}

RunConfig read_config(const fs::path& file, const Flags& flags) {
  JsonDocument document = read_config_document(file);
  apply_flags(document, flags);
  return RunConfig::read(document);
}

// A resumed run may train longer, elsewhere and with another data folder; nothing else may differ,
// or it would not be the run that was begun.
void check_resumed_config(const RunConfig& resumed, const RunConfig& begun, const fs::path& run) {
  json may = resumed.to_json();
  const json was = begun.to_json();
  may["training"]["epochs"] = was["training"]["epochs"];
  may["training"]["checkpoint_steps"] = was["training"]["checkpoint_steps"];
  may["device"] = was["device"];
  may["threads"] = was["threads"];
  may["data"]["directory"] = was["data"]["directory"];
  if (may != was) {
    throw Error(ErrorKind::kUsage,
                "a resumed run can only change training.epochs, training.checkpoint_steps, "
                "data.directory, device and threads",
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

json environment_of(const TrainingTask& task, torch::Device device, int threads, int processes) {
  return {{"mnist_toolkit", kVersion},
          {"torch", describe_torch()},
          {"compiler", describe_compiler()},
          {"system", describe_system()},
          {"processor", describe_processor()},
          {"device", device.str()},
          {"threads", threads},
          {"processes", processes},
          {"data", task.data_record()}};
}

// Throws Error{kUsage} if the data of `task` are not those that the run was begun with.
void check_resumed_data(const RunDirectory& run, const TrainingTask& task) {
  if (!task.has_same_data(run.environment().value("data", json::object()))) {
    throw Error(ErrorKind::kUsage, "these are not the data the run was begun with",
                task.data_record().value("images", ""));
  }
}

// A run continues in the precision it was begun in, whatever "auto" means on this processor.
RunConfig config_to_train(const Job& job) {
  RunConfig config = job.config;
  if (job.run && config.training.precision == "auto") {
    config.training.precision = job.run->environment().value("precision", "auto");
  }
  return config;
}

fs::path folder_of_new_run(const Job& job) {
  return job.flags.out.empty() ? fs::path("runs") / fs::path(job.flags.config).stem()
                               : fs::path(job.flags.out);
}

// Beside the runs, which share them.
fs::path prepared_pictures(const Job& job) {
  if (job.flags.dry_run) return {};
  const fs::path run = job.run ? job.run->path() : folder_of_new_run(job);
  // A path such as "runs/mine/" has an empty last part; with "." appended, every path does.
  return fs::absolute(run / ".").lexically_normal().parent_path().parent_path() / "prepared";
}

RunDirectory begin_run(const Job& job, const json& environment) {
  const fs::path folder = folder_of_new_run(job);
  if (!job.flags.out.empty()) return RunDirectory::create(folder, job.config, environment);
  return RunDirectory::create_beside_others(folder, job.config, environment);
}

// Creates a new run's folder, or opens that of the resumed run and restores the trainer.
void open_run(Job& job, Trainer& trainer, const json& environment) {
  if (!job.run) {
    job.run = begin_run(job, environment);
  } else {
    if (job.run->has_checkpoint()) trainer.restore(job.run->read_checkpoint());
    job.run->write_config(job.config);
  }
  log_to_file_too(job.run->log());
}

int dry_run(const Job& job, const Trainer& trainer, std::ostream& out) {
  const json plan = {{"config", job.config.to_json()},
                     {"parameters", parameter_count(job.config.model)},
                     {"multiply_adds_per_image", multiply_adds(job.config.model)},
                     {"training_images", trainer.task().size().given},
                     {"validation_images", trainer.task().size().held_out},
                     {"steps_per_epoch", trainer.steps_per_epoch()},
                     {"steps", trainer.total_steps()}};
  out << plan.dump(2) << '\n';
  flush_results(out);
  return kSuccess;
}

// Once, at the very end: no decision in training has seen the test set.
void report_test(const TrainingTask& task, RunDirectory& run, std::ostream& out) {
  if (const std::optional<std::string> why = task.why_untested()) {
    spdlog::warn("no test set, so no test accuracy: {}", *why);
    return;
  }
  const std::optional<FinalTest> test = task.test(run.best_model());
  if (!test) return;
  out << test->summary << '\n';
  spdlog::debug(test->summary);  // for train.log
  run.extend_environment({{"data", test->record}});
}

int finish(const Job& job, const TrainingTask& task, RunDirectory& run, TrainingOutcome outcome,
           std::ostream& out) {
  if (outcome == TrainingOutcome::kInterrupted) {
    spdlog::error("interrupted; to go on: mnist-train --resume {}", run.path().string());
    return kFailure;
  }
  if (outcome == TrainingOutcome::kStoppedEarly) {
    spdlog::info("stopped early: no better validation accuracy for {} epochs",
                 job.config.training.early_stopping);
  }
  report_test(task, run, out);
  out << "model " << run.best_model().string() << '\n';
  flush_results(out);
  return kSuccess;
}

// What all processes except rank 0 do besides training: only stop when told to.
class SilentObserver : public TrainingObserver {
 public:
  void on_step(const StepProgress&) override {}
  void on_epoch(Trainer&, const EpochMetrics&, bool) override {}
  void on_checkpoint(Trainer&) override {}
  bool interrupted() override { return app::interrupted(); }
};

// Meets the other processes. From here on they have rank 0's config.
std::unique_ptr<Communicator> join(Job& job) {
  const Launch& launch = *job.launch;
  // Otherwise one of LibTorch's own threads aborts a process whose NCCL waits in vain.
  setenv("TORCH_NCCL_BLOCKING_WAIT", "1", 0);
  setenv("NCCL_BLOCKING_WAIT", "1", 0);  // its name in LibTorch 1.13
  auto communicator = join_process_group({
      .rank = launch.rank,
      .size = launch.size,
      .address = launch.address,
      .port = launch.port,
      .opens_store = launch.leads() && !launch.meeting_place_is_open,
      .name = "mnist-train/" + launch.attempt,
      .timeout = std::chrono::seconds(job.flags.peer_timeout),
  });
  const std::string config =
      broadcast_text(*communicator, launch.leads() ? config_to_train(job).to_json().dump() : "");
  if (!launch.leads()) {
    job.config = RunConfig::read(JsonDocument::parse(config, "rank 0's config"));
    find_data(job);
  }
  return communicator;
}

// Each process reads its own copy of the data, maybe on another machine.
void check_same_data(const TrainingTask& task, const fs::path& folder, Communicator& communicator) {
  const std::string of_rank_0 = broadcast_text(communicator, task.data_record().dump());
  if (!task.has_same_data(json::parse(of_rank_0))) {
    throw Error(ErrorKind::kUsage, "these are not the data that rank 0 has", folder.string());
  }
}

// With "auto" and "cuda" the processes of a machine take its GPUs in turn.
torch::Device device_for(const Job& job) {
  const std::string& name = job.config.device;
  const torch::Device device = select_device(name);
  if (!job.launch || !device.is_cuda() || name.find(':') != std::string::npos) return device;
  const auto devices = static_cast<int>(torch::cuda::device_count());
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(job.launch->local_rank % devices)};
}

// The processors, divided among the processes of this machine, unless a number was given.
int threads_for(const Job& job) {
  if (!job.launch || job.config.threads > 0) return job.config.threads;
  return std::max(1, available_processors() / job.launch->local_size);
}

// Trains in this process, which is the only one if `communicator` is null.
int train(Job& job, Communicator* communicator, std::ostream& out) {
  const bool leads = communicator == nullptr || communicator->rank() == 0;
  const torch::Device device = device_for(job);
  const int threads = set_exact_threads(threads_for(job));
  const RunConfig config = config_to_train(job);
  const bool begins = !job.run || !job.run->has_checkpoint();
  std::optional<NetworkFile> start;  // opened before minutes of reading pictures
  if (leads && begins && !config.training.start_from.empty()) {
    start = load_network(config.training.start_from);
  }
  std::unique_ptr<TrainingTask> task = make_task(
      config, {.data = job.data,
               .page_model = needs_page_model(config) ? page_model_path(config.data.page_model)
                                                      : std::filesystem::path(),
               .device = device,
               .communicator = communicator,
               .prepared = prepared_pictures(job),
               .on_picture = progress_of_pictures(job.flags.common)});
  if (communicator != nullptr) check_same_data(*task, job.data, *communicator);
  const int processes = communicator == nullptr ? 1 : communicator->size();
  json environment = environment_of(*task, device, threads, processes);
  if (job.run) check_resumed_data(*job.run, *task);
  const TaskSize size = task->size();
  Trainer trainer(config, std::move(task), device, communicator);
  if (start) trainer.begin_with(*start);
  const auto warn = [&trainer] {
    for (const std::string& remark : trainer.task().remarks()) spdlog::warn(one_line(remark));
  };
  if (job.flags.dry_run) {
    warn();
    return dry_run(job, trainer, out);
  }
  environment["precision"] = trainer.precision();

  catch_interrupts();  // before there is a folder to leave unfinished
  if (leads) {
    const bool resumed = job.run.has_value();
    open_run(job, trainer, environment);
    warn();
    spdlog::info("{} {} images, {} for validation, {} steps on {} with {} threads{} -> {}",
                 resumed ? "resuming:" : "training on", size.given, size.held_out,
                 trainer.total_steps(), device.str(), threads,
                 processes == 1 ? "" : fmt::format(" in each of {} processes", processes),
                 job.run->path().string());
    if (resumed) spdlog::info("going on after step {}", trainer.step());
  }

  SilentObserver silent;
  std::optional<ProgressReport> report;
  if (leads) report.emplace(*job.run, job.flags.common);
  const TrainingOutcome outcome =
      trainer.run(leads ? static_cast<TrainingObserver&>(*report) : silent);
  if (!leads) return outcome == TrainingOutcome::kInterrupted ? kFailure : kSuccess;
  if (outcome == TrainingOutcome::kInterrupted) job.run->write_checkpoint(trainer);
  return finish(job, trainer.task(), *job.run, outcome, out);
}

int train_together(Job& job, std::ostream& out) {
  try {
    const std::unique_ptr<Communicator> communicator = join(job);
    return train(job, communicator.get(), out);
  } catch (const Error& error) {
    std::string message = describe(*job.launch) + ": " + error.what();
    if (error.kind() == ErrorKind::kIo && job.run && job.run->has_checkpoint()) {
      message += "; to go on: mnist-train --resume " + job.run->path().string();
    }
    throw Error(error.kind(), message);
  }
}

}  // namespace

Job resolve(const Flags& flags) {
  Job job{.flags = flags, .config = {}, .data = {}, .run = std::nullopt, .launch = {}};
  job.launch = launch_from_environment();
  if (job.launch && !job.launch->leads()) {
    job.flags.common.quiet = true;
    set_up_logging(job.flags.common);
    return job;
  }
  set_up_logging(flags.common);
  if (flags.resume.empty()) {
    job.config = read_config(flags.config, flags);
    // Before minutes of reading; RunDirectory checks again.
    if (!flags.out.empty() && is_there(fs::path(flags.out) / "config.json") && !flags.dry_run) {
      throw Error(ErrorKind::kUsage,
                  "already contains a run: continue it with --resume, or choose another --out",
                  flags.out);
    }
  } else {
    job.run = RunDirectory::open(flags.resume);
    job.config = read_config(job.run->path() / "config.json", flags);
    check_resumed_config(job.config, job.run->config(), job.run->path());
  }
  find_data(job);
  require_utf8(job.data);
  // The run's record says where the data were found, not where they might have been.
  for (SourceConfig& source : job.config.data.sources) {
    for (std::string* path : {&source.pictures, &source.pixels}) {
      if (!path->empty()) *path = fs::absolute(*path).string();
    }
  }
  if (!job.data.empty()) job.config.data.directory = job.data.string();
  return job;
}

int run(Job& job, std::ostream& out) {
  if (!job.launch || (job.flags.dry_run && job.launch->leads())) return train(job, nullptr, out);
  return job.flags.dry_run ? kSuccess : train_together(job, out);
}

}  // namespace mnist::app::train
