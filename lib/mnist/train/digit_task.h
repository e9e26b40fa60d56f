// The task of the classifier: which digit an image shows, learned from labelled images.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mnist/data/digit_batches.h"
#include "mnist/data/digit_set.h"
#include "mnist/gradient/loss.h"
#include "mnist/train/config.h"
#include "mnist/train/task.h"

namespace mnist {

// What the classifier learns from, and is measured on meanwhile.
struct TrainingDigits {
  DigitSet training{};  // each image as often as its source's weight says
  DigitSet validation{};
  DigitSet others{};                   // also trained on: labelled as not a digit; kOutlierLabel
  std::vector<std::string> remarks{};  // what is odd about them, one line each
};

class DigitTask : public TrainingTask {
 public:
  // place.data is needed only for the final test. Throws Error{kUsage} if the config and the data
  // contradict each other, or the config is for another network.
  DigitTask(const RunConfig& config, TrainingDigits digits, TaskPlace place);

  TaskSize size() const override;
  std::unique_ptr<GradientEngine> make_gradient(const std::shared_ptr<torch::nn::Module>& network,
                                                FlatParameters& parameters) override;
  void show(torch::nn::Module& network, const torch::Tensor& examples, std::int64_t epoch) override;
  Validation validate(const std::shared_ptr<torch::nn::Module>& network) override;
  std::map<std::string, std::string> calibrate(
      const std::shared_ptr<torch::nn::Module>& network) override;
  nlohmann::json data_record() const override;
  bool has_same_data(const nlohmann::json& record) const override;
  double accuracy_of_guessing() const override;
  std::vector<std::string> remarks() const override { return remarks_; }
  std::optional<std::string> why_untested() const override;
  std::optional<FinalTest> test(const std::filesystem::path& model) const override;

 private:
  // Images and labels that the temperature is fitted on, on the CPU.
  std::pair<torch::Tensor, torch::Tensor> calibration_digits() const;
  DigitSet test_set() const;

  RunConfig config_;
  TaskPlace place_;
  LossOptions loss_;
  std::int64_t given_;    // training digits
  DigitBatches batches_;  // these, then generated digits, then what is not a digit
  DigitSet validation_;
  std::vector<std::string> remarks_;
  std::string name_;  // DigitSet's, of the training set
  std::string images_sha256_;
  std::string labels_sha256_;
  std::string others_sha256_;      // of its images; empty if there are none
  std::string page_model_sha256_;  // of the file; empty without data.finds
};

// Reads the digits that the config names, and divides them.
std::unique_ptr<TrainingTask> make_digit_task(const RunConfig& config, const TaskPlace& place);

}  // namespace mnist
