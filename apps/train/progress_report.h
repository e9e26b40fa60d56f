// What a person sees of a run: a live bar on a terminal, plain lines elsewhere; and what is written
// to the run's folder after each epoch.
#pragma once

#include <chrono>
#include <string>

#include "mnist/train/run_directory.h"
#include "mnist/train/trainer.h"

#include "common/flags.h"
#include "common/progress.h"

namespace mnist::app::train {

class ProgressReport : public TrainingObserver {
 public:
  ProgressReport(RunDirectory& run, const CommonFlags& flags);

  void on_step(const StepProgress& progress) override;
  void on_checkpoint(Trainer& trainer) override;
  void on_epoch(Trainer& trainer, const EpochMetrics& metrics, bool keep) override;
  bool interrupted() override;

 private:
  using Clock = std::chrono::steady_clock;

  RunDirectory& run_;
  ProgressBar bar_;
  bool terminal_;
  Clock::time_point last_line_ = Clock::now();
};

}  // namespace mnist::app::train
