// The folder of one training run:
//
//   config.json        the resolved config        environment.json   versions, device, data digests
//   metrics.jsonl/csv  one row per epoch          train.log          what the program reported
//   best.safetensors   the best epoch's model     last.safetensors   the last epoch's model
//   checkpoint         all that --resume needs (safetensors)
//
// Every file is replaced as a whole, the checkpoint last: whatever instant the run is killed at,
// the folder holds a state from which it can go on. Not thread-safe.
#pragma once

#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/train/config.h"
#include "mnist/train/trainer.h"

namespace mnist {

class RunDirectory {
 public:
  // Makes the folder `path` and writes config and environment into it. Throws Error: kUsage when a
  // run is there already, kIo when it cannot be written.
  static RunDirectory create(const std::filesystem::path& path, const RunConfig& config,
                             const nlohmann::json& environment);

  // The run at `path`. Throws Error{kIo} when there is none.
  static RunDirectory open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path best_model() const { return path_ / "best.safetensors"; }
  std::filesystem::path log() const { return path_ / "train.log"; }

  // Reads config.json back. Throws what JsonDocument and RunConfig::read throw.
  RunConfig config() const;
  nlohmann::json environment() const;
  // Replaces config.json: a resumed run may have more epochs.
  void write_config(const RunConfig& config);

  // Metrics, models and checkpoint after an epoch.
  void write_epoch(Trainer& trainer, bool is_best);
  // The checkpoint alone, in the middle of an epoch.
  void write_checkpoint(Trainer& trainer);

  bool has_checkpoint() const;
  // Throws Error: kIo, kCorrupt, kUnsupported.
  Checkpoint read_checkpoint() const;

 private:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  void write_metrics(const std::vector<EpochMetrics>& history);

  std::filesystem::path path_;
};

}  // namespace mnist
