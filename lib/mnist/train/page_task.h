// The task of the page network: what is where on a page, learned from pages that are drawn while it
// trains (draw/page.h), no two alike.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mnist/data/digit_set.h"
#include "mnist/data/page_batch.h"
#include "mnist/model/page_network.h"
#include "mnist/train/task.h"

namespace mnist {

class PageTask : public TrainingTask {
 public:
  // `digits` are some of the digits on the pages; the others are drawn. Throws Error{kUsage} if the
  // config is for another network.
  PageTask(const RunConfig& config, DigitSet digits, TaskPlace place);

  TaskSize size() const override;
  std::unique_ptr<GradientEngine> make_gradient(const std::shared_ptr<torch::nn::Module>& network,
                                                FlatParameters& parameters) override;
  void show(torch::nn::Module& network, const torch::Tensor& examples, std::int64_t epoch) override;
  std::int64_t statistics_examples() const override { return 512; }
  // The "accuracy" is the F1 score of the marks found: precision is the share of finds that are
  // right in place and kind, recall the share of marks that are found in this way. Further:
  // "missed" and "misread", shares of the marks, and "invented", finds of nothing per mark.
  Validation validate(const std::shared_ptr<torch::nn::Module>& network) override;
  // "find_above": the probability of a centre above which the F1 score is highest.
  std::map<std::string, std::string> calibrate(
      const std::shared_ptr<torch::nn::Module>& network) override;
  nlohmann::json data_record() const override;
  bool has_same_data(const nlohmann::json& record) const override;

 private:
  PageBatch pages_of(const torch::Tensor& examples, std::int64_t epoch) const;
  PageOptions page_options() const;

  RunConfig config_;
  TaskPlace place_;
  DigitSet digits_;
};

// Reads the IDX files that the config names.
std::unique_ptr<TrainingTask> make_page_task(const RunConfig& config, const TaskPlace& place);

}  // namespace mnist
