#include "mnist/train/run_directory.h"

#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/shown_text.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/json_document.h"
#include "mnist/bytes/safetensors.h"
#include "mnist/model/tensor_view.h"
#include "mnist/report/csv.h"
#include "mnist/report/training_curves.h"

namespace mnist {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kCheckpointFormat = "mnist-toolkit checkpoint 1";
constexpr std::uint64_t kMaxConfigBytes = 1 << 20;
constexpr std::uint64_t kMaxCheckpointBytes = 4ULL << 30;

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

JsonDocument read_json(const fs::path& path) {
  return JsonDocument::parse(text_of(read_file(path, kMaxConfigBytes)), path.string());
}

void write_json(const fs::path& path, const json& value) {
  write_file_atomically(path, value.dump(2) + "\n");
}

// Of metrics.csv; the task's own figures follow, in the order of their names.
std::vector<std::string> columns_of(const std::vector<EpochMetrics>& history) {
  std::vector<std::string> columns = {
      "epoch",         "seconds",          "train_loss", "validation_loss", "validation_accuracy",
      "learning_rate", "images_per_second"};
  std::set<std::string> further;
  for (const EpochMetrics& metrics : history) {
    for (const auto& [name, value] : metrics.further) further.insert(name);
  }
  columns.insert(columns.end(), further.begin(), further.end());
  return columns;
}

Bytes serialize(const Checkpoint& checkpoint) {
  SafeTensors file;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    file.tensors[name] = view_of(tensor);
  }
  file.metadata = {{"format", kCheckpointFormat}, {"state", checkpoint.state.dump()}};
  return serialize_safetensors(file, kLongestHeaderBytes);
}

const std::string& checkpoint_metadata(const SafeTensors& file, const char* key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) {
    throw Error(ErrorKind::kUnsupported,
                std::string("not a checkpoint: its metadata lack '") + key + "'");
  }
  return found->second;
}

Checkpoint parse_checkpoint(const Bytes& bytes) {
  const SafeTensors file = parse_safetensors(bytes, kLongestHeaderBytes);
  const std::string& format = checkpoint_metadata(file, "format");
  if (format != kCheckpointFormat) {
    throw Error(ErrorKind::kUnsupported, "unknown checkpoint format " + in_quotes(format));
  }
  const std::string& state = checkpoint_metadata(file, "state");
  Checkpoint checkpoint;
  try {
    checkpoint.state = JsonDocument::parse(state, "state").root();
  } catch (const Error& error) {
    throw Error(ErrorKind::kCorrupt, "'state' in the metadata: " + error.message());
  }
  for (const auto& [name, view] : file.tensors) checkpoint.tensors[name] = tensor_of(view);
  return checkpoint;
}

}  // namespace

RunDirectory::RunDirectory(fs::path path, FolderLock lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

RunDirectory RunDirectory::locked(const fs::path& path) {
  std::optional<FolderLock> lock = FolderLock::try_lock(path);
  if (!lock) throw Error(ErrorKind::kIo, "another mnist-train is at work there", path.string());
  // Nobody writes there now, so unfinished files will not be finished.
  remove_unfinished_files(path);
  return {path, std::move(*lock)};
}

RunDirectory RunDirectory::create(const fs::path& path, const RunConfig& config,
                                  const json& environment) {
  make_folders(path);
  RunDirectory run = locked(path);
  if (is_there(path / "config.json")) {
    throw Error(ErrorKind::kUsage, "already contains a run: resume it, or choose another folder",
                path.string());
  }
  write_json(path / "environment.json", environment);
  run.write_config(config);
  return run;
}

RunDirectory RunDirectory::create_beside_others(const fs::path& path, const RunConfig& config,
                                                const json& environment) {
  if (path.has_parent_path()) make_folders(path.parent_path());
  fs::path folder = path;
  std::error_code failure;
  // Whoever creates the folder owns it: two runs begun at once get separate folders.
  for (int n = 2; !fs::create_directory(folder, failure); ++n) {
    if (failure) {
      throw Error(ErrorKind::kIo, "cannot make the folder: " + system_reason(failure),
                  folder.string());
    }
    folder = path.string() + "-" + std::to_string(n);
  }
  return create(folder, config, environment);
}

RunDirectory RunDirectory::open(const fs::path& path) {
  if (!is_there(path)) throw Error(ErrorKind::kIo, "no such folder", path.string());
  if (!is_there(path / "config.json")) {
    throw Error(ErrorKind::kIo, "not a training run: there is no config.json in it", path.string());
  }
  return locked(path);
}

RunConfig RunDirectory::config() const { return RunConfig::read(read_json(path_ / "config.json")); }

json RunDirectory::environment() const { return read_json(path_ / "environment.json").root(); }

void RunDirectory::extend_environment(const json& patch) {
  json extended = environment();
  extended.merge_patch(patch);
  write_json(path_ / "environment.json", extended);
}

void RunDirectory::write_config(const RunConfig& config) {
  write_json(path_ / "config.json", config.to_json());
}

void RunDirectory::write_metrics(const std::vector<EpochMetrics>& history) {
  std::string lines;
  const std::vector<std::string> columns = columns_of(history);
  std::string table = csv_line(columns);
  for (const EpochMetrics& metrics : history) {
    const json row = to_json(metrics);
    lines += row.dump() + "\n";
    std::vector<std::string> fields;
    for (const std::string& column : columns) {
      const json value = row.value(column, json());
      fields.push_back(value.is_null() ? "" : value.dump());
    }
    table += csv_line(fields);
  }
  write_file_atomically(path_ / "metrics.jsonl", lines);
  write_file_atomically(path_ / "metrics.csv", table);
  write_file_atomically(path_ / "curves.svg", training_curves_svg(parse_training_history(lines)));
}

void RunDirectory::write_epoch(Trainer& trainer, bool keep) {
  write_metrics(trainer.history());
  NetworkFile model = trainer.model();
  const EpochMetrics& metrics = trainer.history().back();
  model.training = {{"config", config().to_json()},
                    {"environment", environment()},
                    {"epoch", metrics.epoch},
                    {"train_loss", metrics.train_loss}};
  if (metrics.validation_accuracy) {
    model.training["validation_accuracy"] = *metrics.validation_accuracy;
    model.training["validation_loss"] = *metrics.validation_loss;
  }
  save_network(path_ / "last.safetensors", model);
  if (keep) save_network(best_model(), model);
  write_checkpoint(trainer);
}

void RunDirectory::write_checkpoint(Trainer& trainer) {
  write_file_atomically(path_ / "checkpoint", serialize(trainer.checkpoint()));
}

bool RunDirectory::has_checkpoint() const { return is_there(path_ / "checkpoint"); }

Checkpoint RunDirectory::read_checkpoint() const {
  const fs::path file = path_ / "checkpoint";
  const Bytes bytes = read_file(file, kMaxCheckpointBytes);
  try {
    return parse_checkpoint(bytes);
  } catch (const Error& error) {
    throw error.with_path(file.string());
  }
}

}  // namespace mnist
