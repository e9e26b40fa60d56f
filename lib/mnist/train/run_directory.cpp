#include "mnist/train/run_directory.h"

#include <array>
#include <cstring>
#include <string>
#include <system_error>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/json_document.h"
#include "mnist/bytes/safetensors.h"
#include "mnist/report/csv.h"

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

constexpr std::array kColumns = {
    "epoch",         "seconds",          "train_loss", "validation_loss", "validation_accuracy",
    "learning_rate", "images_per_second"};

TensorType file_type(const torch::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case torch::kFloat64:
      return TensorType::kFloat64;
    case torch::kInt64:
      return TensorType::kInt64;
    default:
      return TensorType::kFloat32;
  }
}

torch::ScalarType scalar_type(TensorType type) {
  switch (type) {
    case TensorType::kFloat64:
      return torch::kFloat64;
    case TensorType::kInt64:
      return torch::kInt64;
    case TensorType::kFloat32:
      return torch::kFloat32;
    default:
      throw Error(ErrorKind::kUnsupported, std::string("element type ") + to_string(type));
  }
}

Bytes serialize(const Checkpoint& checkpoint) {
  SafeTensors file;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    file.tensors[name] = {file_type(tensor),
                          tensor.sizes().vec(),
                          {static_cast<const std::uint8_t*>(tensor.data_ptr()), tensor.nbytes()}};
  }
  file.metadata = {{"format", kCheckpointFormat}, {"state", checkpoint.state.dump()}};
  return serialize_safetensors(file);
}

Checkpoint parse_checkpoint(const Bytes& bytes) {
  const SafeTensors file = parse_safetensors(bytes);
  const auto format = file.metadata.find("format");
  const auto state = file.metadata.find("state");
  if (format == file.metadata.end() || format->second != kCheckpointFormat ||
      state == file.metadata.end()) {
    throw Error(ErrorKind::kUnsupported, "not a checkpoint of this version");
  }
  Checkpoint checkpoint;
  checkpoint.state = json::parse(state->second);
  for (const auto& [name, view] : file.tensors) {
    torch::Tensor tensor = torch::empty(view.shape, scalar_type(view.type));
    std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
    checkpoint.tensors[name] = tensor;
  }
  return checkpoint;
}

}  // namespace

RunDirectory RunDirectory::create(const fs::path& path, const RunConfig& config,
                                  const json& environment) {
  RunDirectory run(path);
  if (fs::exists(path / "config.json")) {
    throw Error(ErrorKind::kUsage, "a run is there already: resume it or choose another folder",
                path.string());
  }
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) {
    throw Error(ErrorKind::kIo, "cannot make the folder: " + failure.message(), path.string());
  }
  write_json(path / "environment.json", environment);
  run.write_config(config);
  return run;
}

RunDirectory RunDirectory::open(const fs::path& path) {
  if (!fs::exists(path / "config.json")) {
    throw Error(ErrorKind::kIo, "no training run is there: it holds no config.json", path.string());
  }
  return RunDirectory(path);
}

RunConfig RunDirectory::config() const { return RunConfig::read(read_json(path_ / "config.json")); }

json RunDirectory::environment() const { return read_json(path_ / "environment.json").root(); }

void RunDirectory::write_config(const RunConfig& config) {
  write_json(path_ / "config.json", config.to_json());
}

void RunDirectory::write_metrics(const std::vector<EpochMetrics>& history) {
  std::string lines;
  std::string table = csv_line({kColumns.begin(), kColumns.end()});
  for (const EpochMetrics& metrics : history) {
    const json row = to_json(metrics);
    lines += row.dump() + "\n";
    std::vector<std::string> fields;
    for (const char* column : kColumns) {
      fields.push_back(row.at(column).is_null() ? "" : row.at(column).dump());
    }
    table += csv_line(fields);
  }
  write_file_atomically(path_ / "metrics.jsonl", lines);
  write_file_atomically(path_ / "metrics.csv", table);
}

void RunDirectory::write_epoch(Trainer& trainer, bool is_best) {
  write_metrics(trainer.history());
  Model model = trainer.model();
  const EpochMetrics& metrics = trainer.history().back();
  model.training = {{"config", config().to_json()},
                    {"environment", environment()},
                    {"epoch", metrics.epoch},
                    {"train_loss", metrics.train_loss}};
  if (metrics.validation_accuracy) {
    model.training["validation_accuracy"] = *metrics.validation_accuracy;
    model.training["validation_loss"] = *metrics.validation_loss;
  }
  save_model(path_ / "last.safetensors", model);
  if (is_best) save_model(best_model(), model);
  write_checkpoint(trainer);
}

void RunDirectory::write_checkpoint(Trainer& trainer) {
  write_file_atomically(path_ / "checkpoint", serialize(trainer.checkpoint()));
}

bool RunDirectory::has_checkpoint() const { return fs::exists(path_ / "checkpoint"); }

Checkpoint RunDirectory::read_checkpoint() const {
  const fs::path file = path_ / "checkpoint";
  const Bytes bytes = read_file(file, kMaxCheckpointBytes);
  try {
    return parse_checkpoint(bytes);
  } catch (const Error& error) {
    throw error.with_path(file.string());
  } catch (const json::exception&) {
    throw Error(ErrorKind::kCorrupt, "damaged checkpoint", file.string());
  }
}

}  // namespace mnist
