// The folder of one training run:
//
//   config.json        the resolved config        environment.json   versions, device, data digests
//   metrics.jsonl/csv  one row per epoch          curves.svg         the same, drawn
//   best.safetensors   the best epoch's model     last.safetensors   the last epoch's model
//   checkpoint         all that --resume needs    train.log          what the program reported
//
// Every file is replaced as a whole, the checkpoint last: at whatever instant the run is killed,
// the folder has a state from which it can resume. Only one process at a time works in it: a lock
// is held as long as a RunDirectory lives. Not thread-safe.
#pragma once

#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/bytes/folder.h"
#include "mnist/train/config.h"
#include "mnist/train/trainer.h"

namespace mnist {

class RunDirectory {
 public:
  // Makes the folder `path` and writes config and environment into it. Throws Error: kUsage if
  // there is already a run, kIo if it cannot be written or another process is working there.
  static RunDirectory create(const std::filesystem::path& path, const RunConfig& config,
                             const nlohmann::json& environment);

  // The same in a new folder: `path`, or `path`-2, `path`-3 … if that is taken.
  static RunDirectory create_beside_others(const std::filesystem::path& path,
                                           const RunConfig& config,
                                           const nlohmann::json& environment);

  // The run at `path`, to resume it. Throws Error{kIo} if there is none or another process is
  // working there.
  static RunDirectory open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path best_model() const { return path_ / "best.safetensors"; }
  std::filesystem::path log() const { return path_ / "train.log"; }

  // Reads config.json back. Throws what JsonDocument and RunConfig::read throw.
  RunConfig config() const;
  nlohmann::json environment() const;
  // Adds to environment.json, as a JSON merge patch (RFC 7396).
  void extend_environment(const nlohmann::json& patch);
  // Replaces config.json: a resumed run may have more epochs.
  void write_config(const RunConfig& config);

  // Metrics, models and checkpoint after an epoch; best.safetensors only to `keep` its weights.
  void write_epoch(Trainer& trainer, bool keep);
  // Only the checkpoint, in the middle of an epoch.
  void write_checkpoint(Trainer& trainer);

  bool has_checkpoint() const;
  // Throws Error: kIo, kCorrupt, kUnsupported.
  Checkpoint read_checkpoint() const;

 private:
  RunDirectory(std::filesystem::path path, FolderLock lock);
  static RunDirectory locked(const std::filesystem::path& path);

  void write_metrics(const std::vector<EpochMetrics>& history);

  std::filesystem::path path_;
  FolderLock lock_;
};

}  // namespace mnist
