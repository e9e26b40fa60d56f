#include "mnist/report/evaluation_csv.h"

#include "mnist/report/csv.h"
#include "mnist/report/number_text.h"

namespace mnist {
namespace {

class LongTable {
 public:
  LongTable(const std::string& model, const std::string& data) : model_(model), data_(data) {}

  void add(const std::string& metric, double value, const std::string& label = "",
           const std::string& predicted = "") {
    text_ += csv_line({model_, data_, metric, label, predicted, unrounded_text(value)});
  }

  void add_count(const std::string& metric, std::int64_t count, const std::string& label = "",
                 const std::string& predicted = "") {
    text_ += csv_line({model_, data_, metric, label, predicted, std::to_string(count)});
  }

  void add(const ClassScores& scores, const std::string& label) {
    add("precision", scores.precision, label);
    add("recall", scores.recall, label);
    add("f1", scores.f1, label);
    add_count("support", scores.support, label);
  }

  const std::string& text() const { return text_; }

 private:
  std::string model_;
  std::string data_;
  std::string text_ = "model,data,metric,class,predicted,value\n";
};

void add_confusion(const ConfusionMatrix& confusion, LongTable& table) {
  for (int truth = 0; truth < confusion.classes(); ++truth) {
    const std::string label = std::to_string(truth);
    for (int predicted = 0; predicted < confusion.classes(); ++predicted) {
      table.add_count("confusion", confusion.count(truth, predicted), label,
                      std::to_string(predicted));
    }
    table.add_count("unanswered", confusion.unanswered(truth), label);
  }
}

}  // namespace

std::string evaluation_csv(const EvaluationResult& result) {
  LongTable table(result.model, result.data);
  table.add_count("images", result.images);
  table.add("accuracy", result.accuracy);
  table.add("accuracy_lower", result.accuracy_interval.lower);
  table.add("accuracy_upper", result.accuracy_interval.upper);
  table.add("loss", result.loss);
  table.add("ece", result.ece);
  table.add("brier", result.brier);
  table.add("images_per_second", result.images_per_second);
  for (std::size_t label = 0; label < result.per_class.size(); ++label) {
    table.add(result.per_class[label], std::to_string(label));
  }
  table.add(result.macro, "macro");
  table.add(result.weighted, "weighted");
  add_confusion(result.confusion, table);
  if (result.rejection) {
    table.add_count("rejected", result.rejection->rejected);
    table.add("coverage", result.rejection->coverage);
    table.add("accepted_accuracy", result.rejection->accuracy);
  }
  for (const SourceScores& scores : result.per_source) {
    table.add("source_accuracy", scores.accuracy, scores.source);
    table.add_count("source_images", scores.images, scores.source);
  }
  if (!result.per_source.empty()) table.add("source_mean_accuracy", result.source_mean_accuracy);
  if (result.comparison) {
    const PairedComparison& paired = result.comparison->paired;
    table.add("comparison_accuracy", result.comparison->accuracy);
    table.add("comparison_p_value", paired.p_value);
    table.add_count("comparison_only_first", std::ssize(paired.only_first));
    table.add_count("comparison_only_second", std::ssize(paired.only_second));
  }
  return table.text();
}

}  // namespace mnist
