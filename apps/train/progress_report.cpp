#include "train/progress_report.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "common/interrupt.h"

namespace mnist::app::train {
namespace {

// Without a bar, a long epoch still shows signs of life.
constexpr std::chrono::seconds kLineInterval{30};
constexpr double kHardlyMore = 1.5;  // times the accuracy of guessing

std::string rate_text(double images_per_second) {
  return fmt::format("{:.0f} images/s", images_per_second);
}

}  // namespace

ProgressReport::ProgressReport(RunDirectory& run, const CommonFlags& flags)
    : run_(run), bar_(flags), terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressReport::on_step(const StepProgress& progress) {
  const auto done = static_cast<double>(progress.step);
  const auto total = static_cast<double>(progress.total);
  bar_.update(fmt::format("epoch {}", progress.epoch), done, total,
              rate_text(progress.images_per_second));
  if (terminal_ || Clock::now() - last_line_ < kLineInterval) return;
  last_line_ = Clock::now();
  spdlog::info("epoch {}: step {} of {} ({:.0f} %), {}", progress.epoch, progress.step,
               progress.total, 100 * done / total, rate_text(progress.images_per_second));
}

void ProgressReport::on_checkpoint(Trainer& trainer) { run_.write_checkpoint(trainer); }

void ProgressReport::on_epoch(Trainer& trainer, const EpochMetrics& metrics, bool keep) {
  bar_.clear();
  run_.write_epoch(trainer, keep);
  last_line_ = Clock::now();
  std::string validation;
  if (metrics.validation_accuracy) {
    validation =
        fmt::format(", validation loss {:.4f}, accuracy {:.2f} %{}", *metrics.validation_loss,
                    100 * *metrics.validation_accuracy,
                    metrics.validation_accuracy == trainer.best_accuracy() ? " (best)" : "");
  }
  spdlog::info("epoch {}: train loss {:.4f}{}, {:.2f} s, {}", metrics.epoch, metrics.train_loss,
               validation, metrics.seconds, rate_text(metrics.images_per_second));
  const double guessing = trainer.task().accuracy_of_guessing();
  if (metrics.epoch == 1 && metrics.validation_accuracy.value_or(1) < kHardlyMore * guessing) {
    spdlog::warn(
        "after an epoch the accuracy is hardly that of guessing: is the learning rate far too high "
        "or too low, do the labels belong to the images?");
  }
}

bool ProgressReport::interrupted() {
  if (!app::interrupted()) return false;
  bar_.clear();  // the next message begins on its own line
  return true;
}

}  // namespace mnist::app::train
