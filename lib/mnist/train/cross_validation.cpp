#include "mnist/train/cross_validation.h"

#include <memory>
#include <string>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/data/sampling.h"
#include "mnist/model/model_file.h"
#include "mnist/read/evaluate.h"
#include "mnist/report/number_text.h"
#include "mnist/train/digit_task.h"
#include "mnist/train/trainer.h"

namespace mnist {
namespace {

constexpr std::uint64_t kFoldStream = 0xf01d'0000'0000'0000ULL;

class FoldObserver : public TrainingObserver {
 public:
  FoldObserver(const CrossValidationOptions& options, std::int64_t fold)
      : options_(options), fold_(fold) {}

  void on_step(const StepProgress& progress) override {
    const double within = static_cast<double>(progress.step) / static_cast<double>(progress.total);
    if (options_.on_progress) {
      options_.on_progress((static_cast<double>(fold_) + within) / options_.folds);
    }
  }
  void on_checkpoint(Trainer&) override {}
  void on_epoch(Trainer&, const EpochMetrics&, bool) override {}
  bool interrupted() override { return options_.interrupted && options_.interrupted(); }

 private:
  const CrossValidationOptions& options_;
  std::int64_t fold_;
};

// The fold of each image: the members of a class are dealt out in turn, in a seeded order, each
// class continuing where the one before ended.
torch::Tensor folds_of(const DigitSet& digits, int folds, std::uint64_t seed) {
  const torch::Tensor order = epoch_order(digits.size(), mix_seed(seed, kFoldStream), 0);
  const torch::Tensor by_class =
      order.index_select(0, std::get<1>(digits.labels.index_select(0, order).sort(true, 0, false)));
  torch::Tensor result = torch::empty({digits.size()}, torch::kInt64);
  result.index_copy_(0, by_class, torch::arange(digits.size()).remainder(folds));
  return result;
}

RunConfig without_data(RunConfig config) {
  if (!config.training.start_from.empty()) {
    throw Error(ErrorKind::kUsage,
                "'training.start_from' cannot be used: that model may have seen the images");
  }
  config.data = {};
  config.training.early_stopping = 0;
  return config;
}

}  // namespace

std::vector<Probabilities> cross_validated_probabilities(const RunConfig& config,
                                                         const DigitSet& digits,
                                                         const CrossValidationOptions& options) {
  if (options.folds < 2 || digits.size() < options.folds) {
    throw Error(ErrorKind::kUsage, "cannot divide " + images_text(digits.size()) + " into " +
                                       std::to_string(options.folds) + " folds");
  }
  const RunConfig learning = without_data(config);
  const torch::Tensor fold_of = folds_of(digits, options.folds, config.seed);
  std::vector<Probabilities> result(static_cast<std::size_t>(digits.size()));
  for (int fold = 0; fold < options.folds; ++fold) {
    const torch::Tensor held_out = fold_of.eq(fold).nonzero().flatten();
    const torch::Tensor rest = fold_of.ne(fold).nonzero().flatten();
    const TaskPlace place{.data = {}, .device = options.device};
    // Only one number per fold is learned from held-out images: the temperature.
    const DigitSet judged = digits.subset(held_out);
    TrainingDigits known{.training = digits.subset(rest), .validation = judged};
    Trainer trainer(learning, std::make_unique<DigitTask>(learning, std::move(known), place),
                    options.device);
    FoldObserver observer(options, fold);
    if (trainer.run(observer) == TrainingOutcome::kInterrupted) return {};
    Model model = model_of(trainer.model());
    const EvaluationInput answers = evaluate_models({&model, 1}, judged, options.device);
    const std::int64_t* row = held_out.data_ptr<std::int64_t>();
    for (const Probabilities& probabilities : answers.probabilities) {
      result[static_cast<std::size_t>(*row++)] = probabilities;
    }
  }
  return result;
}

}  // namespace mnist
